The check that every message is used, on a small tree of its own.

    $ mkdir -p src/base/message src/cmd
    $ printf '#include "base/message/%s.def"\n' ask unit > src/base/message/all.def
    $ printf 'MESSAGE0(ask_one, "a", SAME)\nMESSAGE0(ask_two, "b", SAME)\n' > src/base/message/ask.def
    $ printf 'MESSAGE0(unit_s, "s", SAME)\n' > src/base/message/unit.def
    $ echo 'void f(void) { g(msg_ask_one(), MSG_ask_two, msg_unit_s()); }' > src/cmd/a.c
    $ "$ROOT"/tools/check-messages .
    $ echo 'void f(void) { g(msg_ask_one(), msg_ask_twos, msg_unit_s()); }' > src/cmd/a.c
    $ echo 'void f(void) { g(MSG_ask_two); }' > src/cmd/a_test.c
    $ "$ROOT"/tools/check-messages .
    src/base/message/ask.def:2: ask_two is used nowhere
    [1]
    $ echo 'void f(void) { g(msg_ask_one(), MSG_ask_two, msg_s()); }' > src/cmd/a.c
    $ printf 'MESSAGE0(s, "s", SAME)\n' > src/base/message/unit.def
    $ printf '#include "base/message/unit.def"\n' > src/base/message/all.def
    $ "$ROOT"/tools/check-messages .
    src/base/message/ask.def: not in all.def
    src/base/message/unit.def:1: s does not begin with unit_
    [1]
