Importing: what is said when it cannot be done.
Needs: noroshi

    $ noroshi init >/dev/null
    $ noroshi import --format stix-2.1 x
    noroshi: --format stix-2.1 is not known; known are stix, (re: [a-z0-9, -]+)
    [2]
