What stands next to a server, which others share its rare key, and how one thing has to do with another.
Needs: noroshi

    $ cat > servers.csv <<'END'
    > ip,malware,description
    > 192.0.2.1,Loader,first
    > 192.0.2.2,Loader,second
    > 192.0.2.3,Other,third
    > END
    $ noroshi init >/dev/null
    $ noroshi -q import servers.csv
    servers.csv  csv  3 records: 3 new, 0 known
    $ noroshi graph 192.0.2.1
    192.0.2.1  ipv4
      -> indicates          Loader  malware  (3 claims)  [servers]
    SHARES RARE THINGS WITH
      192.0.2.2  ipv4  Loader
    $ noroshi --json graph 192.0.2.1
    {"schema":"noroshi.graph/1","nodes":[{"id":"192.0.2.1","kind":"ipv4","name":"192.0.2.1","depth":0,"claims":1,"hot":false,"left_out":0},{"id":"name:loader","kind":"malware","name":"Loader","depth":1,"claims":3,"hot":false,"left_out":0}],"edges":[{"from":0,"to":1,"relation":"indicates","sources":["servers"],"claims":1,"confidence":null,"tlp":"clear"}],"related":[{"id":"192.0.2.2","kind":"ipv4","name":"192.0.2.2","weight":8379,"shared":[1]}],"more":false}
    $ noroshi path 192.0.2.1 192.0.2.2
    192.0.2.1  ipv4
      -> indicates  [servers]
    Loader  malware
      <- indicates  [servers]
    192.0.2.2  ipv4
    $ noroshi path 192.0.2.1 192.0.2.3
    noroshi: no way of at most 6 steps was found between 192.0.2.1 and 192.0.2.3
    [1]
    $ noroshi --lang ja path 192.0.2.1 192.0.2.3
    noroshi: 192.0.2.1 と 192.0.2.3 の間に 6 段以内の経路は見つからない
    [1]
    $ noroshi graph 203.0.113.1
    noroshi: nothing is held about 203.0.113.1
    [1]
    $ noroshi graph --depth 9 192.0.2.1
    noroshi: --depth: 9 is outside 1..3
    [2]
