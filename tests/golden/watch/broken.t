A packed log that was cut off: what came is read, and it is said that there was more.

    $ noroshi init
    ...
    $ printf 'value,malware,first_seen,last_seen\n198.51.100.7,Thing,2026-11-01,2026-11-22\n' > bad.csv
    $ noroshi import --source lab bad.csv
    ...
    $ { echo '{"src_ip":"192.0.2.1","dest_ip":"198.51.100.7"}'; seq 200000 | awk '{ print $1, $1 * 7919 % 65521 }'; } | gzip > app.log.gz
    $ head -c 600000 app.log.gz > cut.log.gz
    $ noroshi watch cut.log.gz --json --alerts-only | grep -o '"indicator":"[^"]*"\|"message":"[^"]*"'
    "indicator":"198.51.100.7"
    "message":"gzip: cut off"
