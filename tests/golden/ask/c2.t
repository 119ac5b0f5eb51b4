A command-and-control server, as two lists of one vendor tell it: malicious then, unproven now; two
records of one origin; the time of the contact decides the priority. The lists are our own, in the form
of the public ones.
Needs: noroshi

    $ mkdir lists
    $ row() { printf '198.51.100.7\t2020-12-15 13:17:41\t%s\thttp\t80\t4.0\t305419896\tdefb5d95ce99e1ebbf421a1a38d9cb64\t198.51.100.7,/activity\t\n' "$1"; }
    $ head='c2_ip\tfirst_seen\tlast_seen\tprotocol\tport\tversion\twatermark\tpubkey_md5\tdomains\thost_header\n'
    $ { printf "$head"; row '2021-01-15 08:55:44'; } > lists/cobaltstrike_id305419896.csv
    $ { printf "$head"; row '2020-12-31 02:48:25'; } > lists/cobaltstrike_luckymouse_ta428.csv
    $ noroshi init >/dev/null
    $ noroshi import lists
    lists/cobaltstrike_id305419896.csv  carbonblack-c2  1 record: 1 new, 0 known
    lists/cobaltstrike_luckymouse_ta428.csv  carbonblack-c2  1 record: 1 new, 0 known
    2 documents, 2 records: 2 new
    $ noroshi ask '198[.]51[.]100[.]7'
    198.51.100.7  ipv4                                                      TLP:CLEAR   as of 2026-11-22 01:00 UTC
    MALICIOUS   Cobalt Strike command-and-control server, 2020-12-15 to 2021-01-15
    STALE       nothing newer for 2,137 days; below the decay threshold since 2021-03-03; may have a new owner
    PRIORITY    P1 if your contact is inside those dates, or asked for path /activity; otherwise P3: verify first
    
    WHY       Cobalt Strike 4.0, HTTP port 80, watermark 305419896, path /activity                confidence: fair
                carbonblack-c2  cobaltstrike_id305419896.csv:2       2020-12-15 13:17 .. 2021-01-15 08:55
                carbonblack-c2  cobaltstrike_luckymouse_ta428.csv:2  2020-12-15 13:17 .. 2020-12-31 02:48
                2 records, 1 independent source; counted once; the end dates differ, the latest is used
    AGAINST   no list of known or popular values is loaded
    WHO       not attributed; a file name says luckymouse, ta428
    SEEN      here: cannot say, no logs are loaded
    DO      1 Date and direction of your contact first:  noroshi hunt 198.51.100.7
            2 Inside the dates, or path /activity: isolate the host, keep its memory, open an incident  [role: c2]
            3 Otherwise: find the process and the request; escalate if it repeats at an interval           [stale]
            4 No permanent block on age alone. If you block while checking: 7 days                         [stale]
    UNKNOWN   what answers on port 80 today; a second, independent source; owner, ASN, country (no data loaded); a
              red-team exercise of yours?
              ask a person:  noroshi request new --type indicator-context 198.51.100.7

    WHY       Cobalt Strike 4.0, HTTP port 80, watermark 305419896, path /activity                confidence: fair
                carbonblack-c2  cobaltstrike_id305419896.csv:2       2020-12-15 13:17 .. 2021-01-15 08:55
                carbonblack-c2  cobaltstrike_luckymouse_ta428.csv:2  2020-12-15 13:17 .. 2020-12-31 02:48
                2 records, 1 independent source; counted once; the end dates differ, the latest is used
    AGAINST   no list of known or popular values is loaded
    WHO       not attributed; a file name says luckymouse, ta428
    SEEN      here: cannot say, no logs are loaded
    DO      1 Date and direction of your contact first:  noroshi hunt 198.51.100.7
            2 Inside the dates, or path /activity: isolate the host, keep its memory, open an incident  [role: c2]
            3 Otherwise: find the process and the request; escalate if it repeats at an interval           [stale]
            4 No permanent block on age alone. If you block while checking: 7 days                         [stale]
    UNKNOWN   what answers on port 80 today; a second, independent source; owner, ASN, country (no data loaded); a
              red-team exercise of yours?
              ask a person:  noroshi request new --type indicator-context 198.51.100.7
    $ noroshi ask --seen 2020-12-20 198.51.100.7 | sed -n 2,4p
    MALICIOUS   Cobalt Strike command-and-control server, 2020-12-15 to 2021-01-15
    STALE       nothing newer for 2,137 days; below the decay threshold since 2021-03-03; may have a new owner
    PRIORITY    P1  contact on 2020-12-20, inside the known dates of this command-and-control server
    $ noroshi ask --seen 2021-01-20 198.51.100.7 | sed -n 2,4p
    MALICIOUS   Cobalt Strike command-and-control server, 2020-12-15 to 2021-01-15
    STALE       nothing newer for 2,137 days; below the decay threshold since 2021-03-03; may have a new owner
    PRIORITY    P1  contact on 2021-01-20: after the last known date, before the evidence aged
    $ noroshi ask --seen 2024-05-01 198.51.100.7 | sed -n 2,4p
    MALICIOUS   Cobalt Strike command-and-control server, 2020-12-15 to 2021-01-15
    STALE       nothing newer for 2,137 days; below the decay threshold since 2021-03-03; may have a new owner
    PRIORITY    P3  contact on 2024-05-01, after the evidence had gone stale: verify first
    $ noroshi --lang ja ask 198.51.100.7
    198.51.100.7  ipv4                                                       TLP:CLEAR   2026-11-22 10:00 JST 時点
    悪性        Cobalt Strike の C2 サーバー、2020-12-15 から 2021-01-15 まで
    情報古い    以後 2,137 日間、新しい情報なし。2021-03-03 に減衰しきい値を下回る。利用者が変わった可能性あり
    優先度      通信が上記期間内、またはパス /activity への要求なら P1。それ以外は P3(まず確認)
    
    根拠      Cobalt Strike 4.0、HTTP 80 番、watermark 305419896、パス /activity                          確度: 中
                carbonblack-c2  cobaltstrike_id305419896.csv:2       2020-12-15 13:17 .. 2021-01-15 08:55 UTC
                carbonblack-c2  cobaltstrike_luckymouse_ta428.csv:2  2020-12-15 13:17 .. 2020-12-31 02:48 UTC
                2 件、独立した情報源 1。重複は数えない。終了日が食い違うため最も遅いものを採用
    反証      既知・著名な値のリストは未登録
    攻撃者    特定できない。ファイル名に luckymouse、ta428 とあるのみ
    自組織    判断不可(ログ未取り込み)
    対処    1 まず通信の日時と方向を確認: noroshi hunt 198.51.100.7
            2 期間内またはパス /activity: 端末を隔離、メモリを保全、インシデント対応を開始              [役割: c2]
            3 それ以外: プロセスと要求内容を確認し、一定間隔の通信が続くなら隔離                        [情報古い]
            4 古い情報だけで恒久遮断しない。確認中の遮断は 7 日間                                       [情報古い]
    未確認    現在 80 番で何が動いているか。独立した第二の情報源。所有者・ASN・国(データ未取り込み)。自社の演習で
              はないか
              専門家に依頼: noroshi request new --type indicator-context 198.51.100.7

    根拠      Cobalt Strike 4.0、HTTP 80 番、watermark 305419896、パス /activity                          確度: 中
                carbonblack-c2  cobaltstrike_id305419896.csv:2       2020-12-15 13:17 .. 2021-01-15 08:55 UTC
                carbonblack-c2  cobaltstrike_luckymouse_ta428.csv:2  2020-12-15 13:17 .. 2020-12-31 02:48 UTC
                2 件、独立した情報源 1。重複は数えない。終了日が食い違うため最も遅いものを採用
    反証      既知・著名な値のリストは未登録
    攻撃者    特定できない。ファイル名に luckymouse、ta428 とあるのみ
    自組織    判断不可(ログ未取り込み)
    対処    1 まず通信の日時と方向を確認: noroshi hunt 198.51.100.7
            2 期間内またはパス /activity: 端末を隔離、メモリを保全、インシデント対応を開始              [役割: c2]
            3 それ以外: プロセスと要求内容を確認し、一定間隔の通信が続くなら隔離                        [情報古い]
            4 古い情報だけで恒久遮断しない。確認中の遮断は 7 日間                                       [情報古い]
    未確認    現在 80 番で何が動いているか。独立した第二の情報源。所有者・ASN・国(データ未取り込み)。自社の演習で
              はないか
              専門家に依頼: noroshi request new --type indicator-context 198.51.100.7
    $ noroshi ask --short 198.51.100.7 198.51.100.8
    198.51.100.7  MALICIOUS  STALE  Cobalt Strike command-and-control server, 2020-12-15 to 2021-01-15
    198.51.100.8  UNKNOWN  no source here knows this value. That does not make it clean
    $ noroshi --as-of 2020-01-01 ask --short 198.51.100.7
    198.51.100.7  UNKNOWN  no source here knows this value. That does not make it clean
    [1]
    $ printf 'see hxxp://198.51.100[.]7/activity and 198.51.100.9\n' | noroshi ask --extract --short -
    http://198.51.100.7/activity  SUSPICIOUS  STALE  Cobalt Strike command-and-control server, 2020-12-15 to
    2021-01-15
    198.51.100.9  UNKNOWN  no source here knows this value. That does not make it clean
    $ noroshi ask --why 198.51.100.7 | tail -9
    WHY       every claim: 2
      2aaecbce3bfead3c9465ecdd59cab4e9, names-threat (self), 0 points, origin 1: carbonblack-c2, STALE
          carbonblack-c2 · cobaltstrike_id305419896.csv:2 · 2020-12-15 13:17 .. 2021-01-15 08:55 · held since
          2026-11-22 01:00
          Cobalt Strike command-and-control server
      2aaecbce3bfead3c8b282e381825b260, names-threat (self), 0 points, origin 1: carbonblack-c2, STALE
          carbonblack-c2 · cobaltstrike_luckymouse_ta428.csv:2 · 2020-12-15 13:17 .. 2020-12-31 02:48 · held since
          2026-11-22 01:00
          Cobalt Strike command-and-control server
