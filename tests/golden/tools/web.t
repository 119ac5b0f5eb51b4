The page's tools, where they find something, and where node is missing.

What no compiler knows of the page. Two texts that differ, words that leave the page, ways to markup.

    $ mkdir -p web/src docs
    $ printf '{\n "a.one": "{n} days",\n "a.two": "two",\n "b": "b"\n}\n' > web/src/en.json
    $ printf '{\n "a.two": "2",\n "a.one": "日",\n "c": " "\n}\n' > web/src/ja.json
    $ printf ':root {\n  --ink: #000000;\n  --none: #ffffff;\n}\n/* --- ground --- */\nb { color: var(--ink); background: #123456; }\ni { color: var(--gone); }\n' > web/src/style.css
    $ printf '<script>alert(1)</script>\n<b onclick="x()">\n<link href="http://elsewhere.example/x.css">\n' > web/src/index.html
    $ { echo "t('a.one'); t('a.two'); t('gone');"; echo "e.innerHTML = x;"; echo "<a href={x}>y</a>"; echo "<p style={z} />"
    > echo "eval(x)"; echo "window.open(x)"; echo "fetch('https://elsewhere.example/')"; printf "long %0110d\n" 0; } > web/src/main.tsx
    $ "$ROOT"/tools/check-web .
    web/src/ja.json:4: c is empty
    web/src/ja.json:1: b is missing
    web/src/en.json:1: c is missing
    web/src/ja.json:1: the keys are not in the order of en.json
    web/src/ja.json:1: a.one has other arguments than in English
    web/src/en.json:1: b is used nowhere
    web/src/main.tsx:1: there is no text gone
    web/src/main.tsx:2: makes markup out of text: e.innerHTML = x;
    web/src/main.tsx:3: makes a link, or loads something: <a href={x}>y</a>
    web/src/main.tsx:4: puts style or script into the page: <p style={z} />
    web/src/main.tsx:5: makes code out of text: eval(x)
    web/src/main.tsx:6: leads away from the page: window.open(x)
    web/src/main.tsx:7: names another host: fetch('https://elsewhere.example/')
    web/src/main.tsx:8: 115 columns (110 at most)
    web/src/style.css:1: there is no token --gone
    web/src/style.css:1: the token --none is used nowhere
    web/src/style.css:6: a colour outside the tokens, or a file from elsewhere: b { color: var(--ink); background: #123456; }
    web/src/index.html:1: a script inside the page
    web/src/index.html:2: style, handler or foreign file inside the page
    web/src/index.html:3: style, handler or foreign file inside the page
    [1]

A word of an answer without a text.

    $ mkdir -p src/model; printf '    [KIND_IPV4] = "ipv4",\n' > src/model/kind.c
    $ "$ROOT"/tools/check-web . | grep kind
    web/src/en.json:1: kind.ipv4 is missing (src/model/kind.c has it)

Without its packages the page is left out, the program has one that says so, and the next build looks again: it
waits for a file that is not there.

    $ "$ROOT"/tools/embed-web table.c table.d web
    the page is left out: web/node_modules is not there (tools/deps build; tools/web-modules)
    $ grep -c '^    {S_INIT' table.c; grep -o 'S_INIT("/"), S_INIT("text/html; charset=utf-8")' table.c
    1
    S_INIT("/"), S_INIT("text/html; charset=utf-8")
    $ tr ' ' '\n' < table.d | sed "s:$PWD/::"
    table.c:
    web/package.json
    web/node_modules/.package-lock.json
    $ touch -d 2001-01-01 table.c; "$ROOT"/tools/embed-web table.c table.d web 2>/dev/null; stat -c %y table.c | cut -c1-4
    2001

Without npm nothing is fetched, and that is no error.

    $ mkdir bin; for c in sh sed grep dirname sha256sum cat env; do ln -s "$(command -v $c)" bin/$c; done
    $ PATH=$PWD/bin "$ROOT"/tools/web-modules
    tools/web-modules: nodejs and npm are missing (tools/deps build); the page is left out
    $ "$ROOT"/tools/web-modules all
    usage: tools/web-modules [build|test]
    [2]
