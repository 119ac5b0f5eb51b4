The store may be in a PostgreSQL database. A password in its address would be seen by everybody on
the machine, so it is refused, and never shown.
Needs: noroshi

    $ noroshi --store postgresql://me:secret@localhost/db init
    (re: noroshi: making .*/var: the database's address has a password, which others may read: put it into a password file)
    [2]

    $ noroshi --store postgresql://me:secret@localhost/db config show store
    store = (has a password)

    $ noroshi --store 'postgresql:///db?host=/nowhere' init
    (re: noroshi: making .*connection to server on socket "/nowhere/\.s\.PGSQL\.5432" failed.*)
    [2]

A store moves to another engine, or, as here, to another directory; where one is already, or nowhere,
it does not.

    $ noroshi init
    ...
    $ noroshi migrate
    noroshi: migrate --to URL|DIR says where to
    [2]
    $ noroshi migrate --to other
    (re: [0-9]+ rows? in [0-9]+ tables moved and compared, 0 documents copied; the old store is as it was)
    to use it: --data other, and no store in the configuration
    $ noroshi migrate --to other
    noroshi: the target has a store already
    [2]
    $ noroshi --data other --json migrate --to third
    (re: \{"schema":"noroshi\.migrate/1","tables":[0-9]+,"rows":[0-9]+,"documents":0\})
    $ noroshi --data third status
    ...
