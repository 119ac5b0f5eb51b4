The machine's own files as known-good, two public collections as known-bad: each value has its verdict,
its set and its source; what stands in both is conflicting, with both reasons.
Needs: noroshi ../shared/data/indicators/malware-hash-db ../shared/data/indicators/eset-malware-ioc

    $ D=$SHARED/data/indicators
    $ noroshi init >/dev/null
    $ noroshi import --set system --source debian --verdict known-good /var/lib/dpkg/info/*.md5sums | head -1
    set system (known-good): (re: [0-9,]+) different values  (re: [0-9,]+) md5
    $ noroshi import --set hash-db --verdict known-bad $D/malware-hash-db/MD5 $D/malware-hash-db/SHA1 $D/malware-hash-db/SHA256
    set hash-db (known-bad): 22,980 different values  8,108 md5  7,372 sha1  7,500 sha256
      16 documents, 23,976 lines, 23,850 values read, 870 of them again, 1 line refused
      refused MD5/md5_hashes_6.txt, line 1147: "6e311f3af7fbf98b0af1241e26e07e4" is not an observable
    [1]
    $ noroshi import --set hash-db --verdict known-bad $D/malware-hash-db/MD5 $D/malware-hash-db/SHA1 $D/malware-hash-db/SHA256
    set hash-db (known-bad): the same content is loaded already, nothing was done
    [1]
    $ noroshi import --set eset --verdict known-bad $(find $D/eset-malware-ioc -name 'samples.*' | LC_ALL=C sort)
    set eset (known-bad): 15,012 different values  5,004 md5  5,004 sha1  5,004 sha256
      285 documents, 15,078 lines, 15,075 values read, 63 of them again, 1 line refused
      refused samples.sha1, line 13: "f0295f2e46cebffaf7892a5b33ba5412..." is not an observable
    [1]
    $ GOOD=$(LC_ALL=C sort /var/lib/dpkg/info/*.md5sums | head -1 | cut -c1-32)
    $ noroshi ask --short $GOOD | cut -c35-
    BENIGN  CURRENT  P4  no action on this value alone
    $ noroshi ask --short 8c77317c671647c8786abf61efc4f12a 3d68bccc439b8e52e17fde1c08057d2d7e38a0d250e4fe9f10fcb8d2298c610f
    8c77317c671647c8786abf61efc4f12a  MALICIOUS  CURRENT  called malicious by 1 independent source
    3d68bccc439b8e52e17fde1c08057d2d7e38a0d250e4fe9f10fcb8d2298c610f  MALICIOUS  CURRENT  called malicious by 1
    independent source
    $ echo $GOOD > both.txt
    $ noroshi -q import --set suspects --verdict known-bad both.txt
    $ noroshi ask $GOOD | sed -n '2p;5,7p'
    CONFLICTING bad according to 1 source, but on system: no feed alone makes that malicious
    WHY       on the blocklist suspects                                                            confidence: low
                suspects  set suspects  undated
    AGAINST   in the known-good set system  debian
    $ noroshi set verify
    eset                        known-bad         whole
    hash-db                     known-bad         whole
    suspects                    known-bad         whole
    system                      known-good        whole
