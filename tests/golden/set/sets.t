Bulk lists are sets: known-good and known-bad hashes, warninglists. Being in one is evidence with the
set's name, its source and its date.
Needs: noroshi

    $ noroshi init > /dev/null
    $ cat > good.md5sums <<'END'
    > 0cc175b9c0f1b6a831c399e269772661  usr/bin/a
    > 92eb5ffee6ae2fec3ad71c777531578f  usr/bin/b
    > 92eb5ffee6ae2fec3ad71c777531578f  usr/lib/b
    > END
    $ cat > bad.csv <<'END'
    > # "first_seen_utc","sha256_hash","md5_hash","sha1_hash","signature"
    > "2026-03-01 10:00:00", "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d", "92eb5ffee6ae2fec3ad71c777531578f", "e9d71f5ee7c92d6dc9e92ffdad17b8bd49418f98", "Thing"
    > "2026-03-02 10:00:00", "n/a", "4a8a08f09d37b73795649038408b5f33", "n/a", "Other"
    > END

What a set is must be said.

    $ noroshi import --set system good.md5sums
    noroshi: say what being in the set means: --verdict known-good, known-bad or list
    [2]
    $ noroshi import --verdict known-good good.md5sums
    noroshi: --verdict and --polarity are about a set: name it with --set
    [2]
    $ noroshi import --set system --verdict known-good --polarity benign good.md5sums
    noroshi: --polarity is for --verdict list
    [2]

    $ noroshi import --set system --verdict known-good good.md5sums
    set system (known-good): 2 different values  2 md5
      1 document, 3 lines, 3 values read, 1 of them again
    $ noroshi import --set system --verdict known-good good.md5sums
    set system (known-good): the same content is loaded already, nothing was done
    $ noroshi import --set bazaar --source abuse.example --verdict known-bad bad.csv
    set bazaar (known-bad): 4 different values  2 md5  1 sha1  1 sha256
      1 document, 3 lines, 4 values read, 0 of them again

A hash in both is conflicting, with both reasons; each of the others has its verdict and its set.

    $ noroshi ask 92eb5ffee6ae2fec3ad71c777531578f
    92eb5ffee6ae2fec3ad71c777531578f  md5                                   TLP:CLEAR   as of 2026-11-22 01:00 UTC
    CONFLICTING bad according to 1 source, but on system: no feed alone makes that malicious
    PRIORITY    P2 if it ran on a host of yours; otherwise P4: remove it
    
    WHY       on the blocklist bazaar as Thing                                                     confidence: low
                abuse.example  set bazaar  2026-03-01 00:00 .. 2026-03-01 00:00
    AGAINST   in the known-good set system  system
    WHO       not attributed: no source here says who is behind it
    SEEN      here: cannot say, no logs are loaded
    DO      1 Look for it in what you have logged:  noroshi hunt 92eb5ffee6ae2fec3ad71c777531578f
            2 Have a person decide before anything is blocked                                        [conflicting]
    UNKNOWN   the file itself (best), its signer, its prevalence; whether it ran, and where
              ask a person:  noroshi request new --type file-analysis --attach PATH
              92eb5ffee6ae2fec3ad71c777531578f
    $ noroshi ask --short 0cc175b9c0f1b6a831c399e269772661 4a8a08f09d37b73795649038408b5f33
    0cc175b9c0f1b6a831c399e269772661  BENIGN  CURRENT  P4  no action on this value alone
    4a8a08f09d37b73795649038408b5f33  MALICIOUS  CURRENT  called malicious by 1 independent source, on 2026-03-02
    $ noroshi ask e9d71f5ee7c92d6dc9e92ffdad17b8bd49418f98
    e9d71f5ee7c92d6dc9e92ffdad17b8bd49418f98  sha1                          TLP:CLEAR   as of 2026-11-22 01:00 UTC
    MALICIOUS   called malicious by 1 independent source, on 2026-03-01
    CURRENT     the bytes of a file do not change: this does not age
    PRIORITY    P1 if it ran on a host of yours; otherwise P3: remove it
    
    WHY       on the blocklist bazaar as Thing                                                     confidence: low
                abuse.example  set bazaar  2026-03-01 00:00 .. 2026-03-01 00:00
    AGAINST   no list of known or popular values is loaded
    WHO       not attributed: no source here says who is behind it
    SEEN      here: cannot say, no logs are loaded
    DO      1 Look for it in what you have logged:  noroshi hunt e9d71f5ee7c92d6dc9e92ffdad17b8bd49418f98
            2 It ran: isolate the host, keep a copy of the file, then remove it
            3 Block the hash; one changed byte gives another, so look for behaviour too
            4 You have the file: all hashes, type, similar files; it stays here:  noroshi file PATH
    UNKNOWN   the file itself (best), its signer, its prevalence; whether it ran, and where
              ask a person:  noroshi request new --type file-analysis --attach PATH
              e9d71f5ee7c92d6dc9e92ffdad17b8bd49418f98
    $ noroshi ask 00000000000000000000000000000001
    00000000000000000000000000000001  md5                                   TLP:CLEAR   as of 2026-11-22 01:00 UTC
    UNKNOWN     no source here knows this file. That does not make it clean
    PRIORITY    not set: did it run, and where? · P2 ran on a server or as admin · P3 ran · P4 only found
    
    ASKED     (md5 values held, newest date inside)
       bad      bazaar 2, loaded 2026-11-22
       good     system 2, loaded 2026-11-22
       lists    no list of known or popular values is loaded
       here     NOT ASKED: no logs are loaded
       outside  NOT ASKED: nothing leaves this site unless you order it
    
    DO      1 You have the file: all hashes, type, similar files; it stays here:  noroshi file PATH
            2 Only the log line: ask its other hashes and its name, more of what is held can answer
                noroshi ask MD5 SHA1 FILENAME
            3 From your EDR: signer valid? how many hosts, since when? parent? user-writable path?
            4 Ran, unsigned, on few hosts: isolate now, do not wait for the analysis          [unknown + executed]
            5 Do not block the hash alone: one changed byte gives another
    UNKNOWN   everything that would settle it; the file itself (best), its signer, its prevalence; whether it ran,
              and where
              ask a person:  noroshi request new --type file-analysis --attach PATH
              00000000000000000000000000000001
    [1]

Loading a set tells which stored values have another verdict by it. A list speaks of what stands
under its domains and networks; one that is neutral makes nothing benign.

    $ printf 'www.github.com\n203.0.113.9\n' > iocs.txt
    $ noroshi import --source feed iocs.txt
    iocs.txt  list  2 records: 2 new, 0 known
    $ printf 'github.com\n203.0.113.0/24\nnot a value!\n' > popular.txt
    $ noroshi import --set popular --verdict list --polarity benign popular.txt
    set popular (list, benign): 2 different values  1 cidr  1 domain
      1 document, 3 lines, 2 values read, 0 of them again, 1 line refused
      refused popular.txt, line 3: "not a value" is not an observable
      other verdicts by this set:
        www.github.com                          suspicious 46 -> suspicious 23
        203.0.113.9                             suspicious 46 -> conflicting 46
    [1]
    $ printf 'github.com\n' > abused.txt
    $ noroshi import --set abused --verdict list abused.txt
    set abused (list, neutral): 1 value  1 domain
      1 document, 1 line, 1 value read, 0 of them again
    $ noroshi ask www.github.com
    www.github.com  domain                                                  TLP:CLEAR   as of 2026-11-22 01:00 UTC
    SUSPICIOUS  weak evidence from 1 independent source
    CURRENT     undated; here since 2026-11-22, without news stale on 2027-03-07
    PRIORITY    P3 if a host of yours contacted it; otherwise P4: note it
    
    WHY       malicious, nothing more said                                                         confidence: low
                feed  iocs.txt:1  undated
    AGAINST   the domain above, github.com: on the list popular  set popular
              the domain above, github.com: on the list abused, which says neither good nor bad  set abused
    WHO       not attributed: no source here says who is behind it
    SEEN      here: cannot say, no logs are loaded
    DO      1 Look for it in what you have logged:  noroshi hunt www.github.com
            2 On a contact: find the process and the request; escalate if it repeats at an interval
    UNKNOWN   a second, independent source; when and by whom it was registered, what it resolves to (no data
              loaded); a red-team exercise of yours?
              ask a person:  noroshi request new --type indicator-context www.github.com

A new version takes the place of the old one. A set that is dropped is not asked any more.

    $ printf 'example.org\n' > popular.txt
    $ noroshi import --set popular --verdict list --polarity benign popular.txt
    set popular (list, benign): 1 value  1 domain
      1 document, 1 line, 1 value read, 0 of them again
      the version before it is withdrawn
      other verdicts by this set:
        www.github.com                          suspicious 23 -> suspicious 46
        203.0.113.9                             conflicting 46 -> suspicious 46
    $ noroshi set list
    abused                      list, neutral     1 value, 9.35 KiB, loaded 2026-11-22 01:00 UTC
    bazaar                      known-bad         4 values, 9.47 KiB, loaded 2026-11-22 01:00 UTC
    popular                     list, benign      1 value, 9.35 KiB, loaded 2026-11-22 01:00 UTC
    system                      known-good        2 values, 9.35 KiB, loaded 2026-11-22 01:00 UTC
    $ noroshi set stats bazaar
    bazaar                      known-bad         4 values, 9.47 KiB, loaded 2026-11-22 01:00 UTC
      abuse.example  TLP:CLEAR  2 md5  1 sha1  1 sha256
    $ noroshi set verify
    abused                      list, neutral     whole
    bazaar                      known-bad         whole
    popular                     list, benign      whole
    system                      known-good        whole
    $ noroshi set drop bazaar
    noroshi: 1 version withdrawn
    $ noroshi ask --short 4a8a08f09d37b73795649038408b5f33
    4a8a08f09d37b73795649038408b5f33  UNKNOWN  no source here knows this file. That does not make it clean
    [1]
    $ noroshi set drop bazaar
    noroshi: no set is called bazaar
    [2]
    $ noroshi set drop --purge bazaar
    noroshi: 0 versions withdrawn
    noroshi: keys of 1 version removed for good: answers as of an earlier time do not have them any more

A list that grows and shrinks is told by its changes: additions, and what is taken out. Of a value that
is there the change says all that is said from then on; what was valid until before the change is gone.

    $ printf 'value,signature,valid_until\n192.0.2.1,Old,2026-11-01\n192.0.2.2,Old,2026-12-01\n192.0.2.3,Old,\n' > feed.csv
    $ noroshi import --set feed --verdict known-bad feed.csv
    set feed (known-bad): 3 different values  3 ipv4
      1 document, 4 lines, 3 values read, 0 of them again
    $ noroshi ask --short 192.0.2.1
    192.0.2.1  MALICIOUS  EXPIRED  called malicious by 1 independent source
    $ printf 'value,signature\n192.0.2.3,New\n192.0.2.4,New\n' > today.csv
    $ noroshi import --set feed --mode delta --dry-run today.csv
    set feed (known-bad) would hold 4 different values
      1 document, 3 lines, 2 values read, 0 of them again
      1 new, 1 says something else now, 0 as before
    $ noroshi import --set feed --mode delta today.csv
    set feed (known-bad): 4 different values  4 ipv4
      1 document, 3 lines, 2 values read, 0 of them again
      1 new, 1 says something else now, 0 as before
      the version before it is withdrawn
    $ noroshi import --set feed --mode delta today.csv
    set feed (known-bad): the same content is loaded already, nothing was done
    $ printf '192.0.2.2\n192.0.2.9\n' > gone.txt
    $ noroshi import --set feed --remove gone.txt
    set feed (known-bad): 3 different values  3 ipv4
      1 document, 2 lines, 2 values read, 0 of them again
      1 taken out, 1 was not there
      the version before it is withdrawn
    $ noroshi ask --short 192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4
    192.0.2.1  UNKNOWN  no source here knows this value. That does not make it clean
    192.0.2.2  UNKNOWN  no source here knows this value. That does not make it clean
    192.0.2.3  SUSPICIOUS  CURRENT  weak evidence from 1 independent source
    192.0.2.4  SUSPICIOUS  CURRENT  weak evidence from 1 independent source
    $ noroshi ask 192.0.2.3 | sed -n '6,8p'
    WHY       on the blocklist feed as New                                                         confidence: low
                feed  set feed  undated
    AGAINST   on no list (2 asked)
    $ noroshi import --json --set feed --remove gone.txt | cut -d, -f1-5
    {"schema":"noroshi.set-import/1","set":"feed","source":"feed","verdict":"known-bad","known":true
    $ noroshi set stats feed
    feed                        known-bad         3 values, 26.1 KiB, loaded 2026-11-22 01:00 UTC
      feed  TLP:CLEAR  3 ipv4
    $ noroshi set verify feed
    feed                        known-bad         whole
    $ noroshi import --set feed --verdict known-good --mode delta gone.txt
    noroshi: the set has another verdict or polarity
    [2]
    $ noroshi import --set nothing --remove gone.txt
    noroshi: there is no such set of this source and marking
    [2]
    $ noroshi import --remove gone.txt
    noroshi: --remove takes values out of a set: name it with --set, without --mode
    [2]
    $ noroshi import --set feed --mode delta --remove gone.txt
    noroshi: --remove takes values out of a set: name it with --set, without --mode
    [2]
    $ noroshi set drop --purge feed
    noroshi: 1 version withdrawn
    noroshi: keys of 3 versions removed for good: answers as of an earlier time do not have them any more

Damage is found, told and ends nothing else.

    $ for f in var/sets/*.keys; do printf 'x' | dd of=$f bs=1 seek=100 conv=notrunc status=none; done
    $ noroshi set verify system
    system                      known-good        damaged: damaged at byte 0: a check sum differs
    [2]

What somebody may not see is not there.

    $ noroshi import --set secret --verdict known-bad --tlp red good.md5sums
    set secret (known-bad): 2 different values  2 md5
      1 document, 3 lines, 3 values read, 1 of them again
    $ noroshi --clearance green set list
    abused                      list, neutral     1 value, 9.35 KiB, loaded 2026-11-22 01:00 UTC
    popular                     list, benign      1 value, 9.35 KiB, loaded 2026-11-22 01:00 UTC
    system                      known-good        2 values, 9.35 KiB, loaded 2026-11-22 01:00 UTC
    $ noroshi --clearance green ask --short 0cc175b9c0f1b6a831c399e269772661
    0cc175b9c0f1b6a831c399e269772661  BENIGN  CURRENT  P4  no action on this value alone
    $ noroshi ask --short 0cc175b9c0f1b6a831c399e269772661
    0cc175b9c0f1b6a831c399e269772661  CONFLICTING  CURRENT  bad according to 1 source, but on system: no feed
    alone makes that malicious

An empty list is an error, and the set stays as it is.

    $ : > empty.txt
    $ noroshi import --set system --verdict known-good empty.txt
    noroshi: not one value was read
    [2]

Of several documents the error names the one, and says why when lines were read and none was a value.

    $ printf 'no value\n' >words.txt
    $ noroshi import --set system --verdict known-good words.txt
    noroshi: words.txt: not one value was read; line 1: "no value" is not an observable
    [2]
    $ gzip -c good.md5sums | head -c 20 >cut.gz
    $ noroshi import --set system --verdict known-good good.md5sums cut.gz
    noroshi: cut.gz: gzip: cut off
    [2]
    $ noroshi --json import --set system --verdict known-good good.md5sums cut.gz
    {"error":{"code":"input","message":"gzip: cut off","at":20,"where":"cut.gz"}}
    [2]

The same list once more is known, and the account says what the set holds.

    $ ls var/sets >earlier
    $ noroshi import --set again --verdict known-good good.md5sums
    set again (known-good): 2 different values  2 md5
      1 document, 3 lines, 3 values read, 1 of them again
    $ noroshi --json import --set again --verdict known-good good.md5sums | grep -o '"known":true\|"values":[0-9]*\|"kinds":{[^}]*}'
    "known":true
    "values":2
    "kinds":{"md5":2}

A withdrawn version is verified, too, because --as-of asks it; it is shown when it is damaged.

    $ ls var/sets | comm -13 earlier - >first
    $ echo 0cc175b9c0f1b6a831c399e269772661 >one.txt
    $ noroshi import --set again --verdict known-good one.txt | sed -n 1p
    set again (known-good): 1 value  1 md5
    $ noroshi set verify again
    again                       known-good        whole
    $ for f in $(cat first); do printf 'x' | dd of=var/sets/$f bs=1 seek=100 conv=notrunc status=none; done
    $ noroshi set verify again
    again                       known-good        damaged: its file is damaged, or of an older layout: load the
    set again  withdrawn
    again                       known-good        whole
    [2]
    $ noroshi doctor --deep | grep 'sets .*again'
    FAIL  sets        again: its file is damaged, or of an older layout: load the set again
