noroshi file: hashes of files, and one answer for each hash that somebody knows. Nothing is looked into.

    $ noroshi init >/dev/null
    $ printf abc > abc; printf '' > empty; printf x > unknown
    $ printf '900150983cd24fb0d6963f7d28e17f72  abc\n' > good.md5
    $ printf 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n' > bad
    $ noroshi -q import --set good --verdict known-good good.md5
    $ noroshi file abc | head -8
    abc  3 bytes
      sha256  ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
      sha1    a9993e364706816aba3e25717850c26c9cd0d89d
      md5     900150983cd24fb0d6963f7d28e17f72
    
    900150983cd24fb0d6963f7d28e17f72  md5                                   TLP:CLEAR   as of (re: .*)
    BENIGN      a known-good file: in good
    PRIORITY    P4  no action on this value alone
    $ noroshi -q import --set bad --verdict known-bad bad
    $ noroshi file --short abc unknown
    abc  ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  MALICIOUS  CURRENT  called malicious by
    1 independent source
    abc  900150983cd24fb0d6963f7d28e17f72  BENIGN  CURRENT  P4  no action on this value alone
    unknown  2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881  UNKNOWN  no source here knows this
    file. That does not make it clean

The answer does not propose what was done; the file's other hashes are in `also`.

    $ noroshi file unknown | grep -c 'noroshi file\|MD5 SHA1'
    0
    [1]
    $ noroshi ask 2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881 | grep -c 'noroshi file\|MD5 SHA1'
    2
    $ noroshi file --json - < abc | head -1 | grep -o '"question":{.*"also":\[[^]]*\]'
    "question":{"input":"-","kind":"sha256","value":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","also":["a9993e364706816aba3e25717850c26c9cd0d89d","900150983cd24fb0d6963f7d28e17f72","ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"]

What cannot be read is said, and the others are answered.

    $ noroshi file --short none unknown .
    noroshi: opening none: No such file or directory
    unknown  2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881  UNKNOWN  no source here knows this
    file. That does not make it clean
    noroshi: .: reading 1048576 bytes at 0: Is a directory
    [2]
    $ noroshi file unknown >/dev/null
    [1]
