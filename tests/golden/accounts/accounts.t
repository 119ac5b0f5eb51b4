Accounts at the command line: no default password, none on the command line, each change recorded.
Needs: noroshi

    $ noroshi init >/dev/null
    $ noroshi user list
    noroshi: nobody yet: noroshi user create --admin NAME
    [1]
    $ printf 'correct horse battery\n' | noroshi user create --admin boss
    boss is admin: (re: user--[0-9a-f]{32})
    $ printf 'elevenchars\n' | noroshi user create taro
    noroshi: password under 12 characters
    [2]
    $ printf 'tarotarotarotaro\n' | noroshi user create taro
    noroshi: password that anybody would guess
    [2]
    $ noroshi user create taro </dev/null
    noroshi: a secret is empty
    [2]
    $ printf 'a longer sentence\n' > secret
    $ noroshi user create taro --password-file secret
    noroshi: secret may be read by others than its owner (mode 644, want 600)
    [2]
    $ chmod 600 secret
    $ noroshi user create taro --name '山田 太郎' --role analyst --tlp amber --password-file secret
    taro is analyst: (re: user--[0-9a-f]{32})
    $ noroshi user create TARO --no-password
    noroshi: there is such an account already
    [2]
    $ noroshi organisation add acme
    acme is added
    $ noroshi user create cust --role customer --no-password
    noroshi: a customer belongs to an organisation
    [2]
    $ noroshi user create cust --role customer --of acme --member-of blue --no-password
    cust is customer: (re: user--[0-9a-f]{32})
    $ noroshi user create pull --role feed --tlp green
    pull is feed: (re: user--[0-9a-f]{32})
    $ noroshi user list
    boss                  boss                  admin TLP:RED
    cust                  cust                  customer TLP:GREEN      acme
    pull                  pull                  feed TLP:GREEN
    taro                  山田 太郎             analyst TLP:AMBER
    $ noroshi --lang ja user show taro
    taro                  山田 太郎             analyst TLP:AMBER
    権限: read,ask,export,request,submit,import,watch,alert
    セッション 0、トークン 0
    $ noroshi --json user show cust
    {"schema":"noroshi.user/1","id":"(re: user--[0-9a-f]{32})","login":"cust","name":"cust","role":"customer","rights":"read,ask,request,submit","clearance":"green","organisation":"acme","all_audiences":false,"audiences":["blue"],"disabled":false,"password":false,"second_factor":false,"issuer":null,"subject":null,"created":"2026-11-22T01:00:00Z","entered":null,"teams":[],"sessions":[],"tokens":0}

A change of rights; the last admin stays.

    $ noroshi user change taro
    noroshi: say what to change: --role, --tlp, --name, --of, --member-of, --issuer with --subject
    [2]
    $ noroshi user change taro --role expert --tlp red
    taro is changed
    $ noroshi user disable boss
    noroshi: boss is the last admin
    [2]
    $ noroshi user disable taro
    taro is disabled; all sessions and tokens are refused from now on
    $ noroshi user enable taro
    taro may come in again
    $ noroshi user password taro --password-file secret
    taro has a new password; all sessions are ended
    $ noroshi user logout nobody
    noroshi: no account nobody
    [2]
    $ noroshi team add night
    night is added
    $ noroshi team put night taro
    taro is in night
    $ noroshi team list
    night  taro

Tokens are shown once, and give no more than their owner has.

    $ noroshi -q token create pull
    noroshi: say what it is for: --for TEXT
    [2]
    $ noroshi -q token create pull --for siem --scope users
    noroshi: that is more than there is to give
    [2]
    $ noroshi -q token create pull --for siem --scope read --until 2028-01-01
    noroshi: a token lives at most 365 days
    [2]
    $ noroshi -q token create pull --for siem --scope read --network 192.0.2.77/24 > token
    $ grep -cE '^nrs_[0-9a-hjkmnp-tv-z]{68}$' token
    1
    $ noroshi token list pull
    (re: [0-9a-z]{10})  pull              siem                    until 2027-02-20  read TLP:GREEN 192.0.2.0/24
    $ noroshi token revoke $(cut -c5-14 token)
    (re: [0-9a-z]{10}) is revoked
    $ noroshi token revoke $(cut -c5-14 token)
    noroshi: (re: [0-9a-z]{10}): token (re: [0-9a-z]{10}) is revoked already
    [2]
    $ noroshi token list
    (re: [0-9a-z]{10})  pull              siem                    revoked 2026-11-22  read TLP:GREEN 192.0.2.0/24

Everything of it is in the audit log, which is proved against heads that are kept elsewhere.

    $ noroshi -q --json audit list --most 3 | sed 's/user--[0-9a-f]*/ID/; s/cli:[^"]*/cli:ME/; s/token=[0-9a-z]*/token=T/'
    {"schema":"noroshi.audit/1","seq":15,"at":"2026-11-22T01:00:00Z","who":"cli:ME","from":"cli","act":"token.revoke","what":"ID","detail":"token=T","outcome":"done"}
    {"schema":"noroshi.audit/1","seq":14,"at":"2026-11-22T01:00:00Z","who":"cli:ME","from":"cli","act":"token.add","what":"ID","detail":"token=T scopes=read clearance=green until=2027-02-20 network=192.0.2.0/24","outcome":"done"}
    {"schema":"noroshi.audit/1","seq":13,"at":"2026-11-22T01:00:00Z","who":"cli:ME","from":"cli","act":"token.add","what":"ID","detail":"token=T scopes=users clearance=green until=2027-02-20","outcome":"refused"}
    $ noroshi audit list --act organisation.add | sed 's/cli:[^ ]*/cli:ME/'
    3  2026-11-22 01:00 UTC  organisation.add  cli:ME  cli  acme
    $ noroshi audit list --who taro
    [1]
    $ noroshi audit list --who taro --act login
    noroshi: one of --who, --act, --on at a time
    [2]
    $ noroshi --lang ja audit list --most 1 >/dev/null
    noroshi: さらに古い記録がある。--most N で表示
    $ noroshi audit head > heads
    $ noroshi audit verify --head heads
    whole: 15 entries, 1 head met
    $ noroshi --lang ja audit verify
    完全: 記録 15 件、照合した先頭 0 件
    $ sed 's/ [0-9a-f]\{8\}/ 00000000/' heads > wrong
    $ noroshi audit verify --head wrong
    BROKEN at entry 15: a head kept elsewhere says otherwise
    [2]
    $ noroshi --json audit verify --head wrong
    {"schema":"noroshi.audit-report/1","entries":15,"heads":0,"waiting":0,"broken":"rewritten","broken_at":15,"head":"noroshi-audit/1 15 2026-11-22T01:00:00Z (re: [0-9a-f]{64})"}
    [2]
    $ sed 's/^\(noroshi-audit.1\) [0-9]*/\1 9999/' heads > later
    $ noroshi audit verify --head later
    BROKEN at entry 16: the end was cut off
    [2]
    $ echo nonsense > bad
    $ noroshi audit verify --head bad
    noroshi: bad: line 1: no head of an audit log: it begins with "noroshi-audit/1"
    [2]
