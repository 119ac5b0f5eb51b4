/* decay.c - how evidence ages: see verdict.h.
 *
 * The polynomial of MISP's decaying models: score = base * (1 - (t / lifetime)^(1 / speed)), stale
 * when it is under the threshold. Addresses use the figures of MISP's nids-simple (base 80,
 * threshold 30, lifetime 120 days, speed 2). The others are ours, docs/verdict.md says why. */
#include "judge/verdict.h"

static const decay by_kind[KIND_OBSERVABLE_END_] = {
    [KIND_IPV4] = {120, 2},
    [KIND_IPV6] = {120, 2},
    [KIND_CIDR] = {120, 2},
    [KIND_DOMAIN] = {270, 2},
    [KIND_URL] = {60, 2},
    [KIND_EMAIL] = {180, 2},
    [KIND_JA3] = {365, 2},
    [KIND_JA3S] = {365, 2},
    [KIND_JA4] = {365, 2},
    [KIND_JARM] = {365, 2},
    [KIND_HASSH] = {365, 2},
    [KIND_USER_AGENT] = {365, 2},
    [KIND_ASN] = {365, 2},
    [KIND_MAC] = {365, 2},
    [KIND_PHONE] = {365, 2},
    [KIND_ACCOUNT] = {365, 2},
    [KIND_PROPERTY] = {365, 2},
    [KIND_CERT_SHA1] = {730, 2},
    [KIND_CERT_SHA256] = {730, 2},
    [KIND_CERT_SERIAL] = {730, 2},
    [KIND_PACKAGE] = {730, 2},
    [KIND_FILENAME] = {1095, 2},
    [KIND_PATH] = {1095, 2},
    [KIND_REGISTRY_KEY] = {1095, 2},
    [KIND_MUTEX] = {1095, 2},
    [KIND_PIPE] = {1095, 2},
    [KIND_PROCESS] = {1095, 2},
    [KIND_COMMAND_LINE] = {1095, 2},
    [KIND_EMAIL_SUBJECT] = {1095, 2},
    [KIND_CRYPTO_ADDRESS] = {1095, 2},
    /* hashes of files, exact and fuzzy: the bytes stay what they are */
};

decay decay_of(kind k)
{
    return kind_is_observable(k) ? by_kind[k] : (decay){0, 1};
}

/* The largest r with r^speed <= x; x <= 1000^speed. */
static int root(uint64_t x, int speed)
{
    int low = 0, high = 1000;
    while (low < high) {
        uint64_t mid = (uint64_t)(low + high + 1) / 2, power = 1;
        for (int i = 0; i < speed; i++)
            power *= mid;
        if (power <= x)
            low = (int)mid;
        else
            high = (int)mid - 1;
    }
    return low;
}

static uint64_t power_of(uint64_t base, int speed)
{
    uint64_t power = 1;
    for (int i = 0; i < speed; i++)
        power *= base;
    return power;
}

int decay_permille(decay d, when age)
{
    if (d.lifetime_days == 0 || age <= 0)
        return 1000;
    when life = d.lifetime_days * WHEN_DAY;
    if (age >= life)
        return 0;
    /* 1000^speed * age / life: age < life < 2^41 ms, 1000^speed <= 10^6 < 2^20 */
    assert(d.speed >= 1 && d.speed <= 2 && life < (when)1 << 41);
    uint64_t x = power_of(1000, d.speed) * (uint64_t)age / (uint64_t)life;
    return 1000 - root(x, d.speed);
}

when decay_stale_age(decay d)
{
    if (d.lifetime_days == 0)
        return WHEN_NONE;
    uint64_t up = power_of(DECAY_BASE - DECAY_THRESHOLD, d.speed),
             down = power_of(DECAY_BASE, d.speed);
    return (when)((uint64_t)(d.lifetime_days * WHEN_DAY) * up / down);
}
