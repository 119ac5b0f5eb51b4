/* extract_vectors.h - where our finds differ from ../shared/vectors/ioc_finder.json, and why.
 *
 * Used by: extract_test. Uses: nothing. The cases were recorded from ioc-finder 4d004b2. A
 * difference that is not listed in its size fails the test, and so does an entry that is none any
 * more. The
 * reasons are explained in docs/formats/observables.md, section "Where we differ". */
#ifndef NOROSHI_EXTRACT_VECTORS_H
#define NOROSHI_EXTRACT_VECTORS_H

#define FILLER "a row of one character is no digest"
#define CHECKSUM "an address of a coin has a right checksum"
#define FILE_NAME "a script's name in prose is a file, no domain under .py or .sh"
#define ESCAPE "%2F is an escaped slash, no part of the name behind it"
#define IN_URL "what stands in a URL's path or query is not read again"
#define CHAT "a chat address has the shape of a mail address"
#define QUOTED "a quoted local part belongs to the address"
#define ZEROS "an octet with a zero in front may be octal"
#define NETWORK "a network is not its first address, too"
#define ETHEREUM "0x and forty digits are an Ethereum address, no SHA-1"
#define AUTHENTIHASH "an authentihash is a SHA-256"
#define AGENT "a user agent ends before the next word"
#define COMMA "a comma inside a sentence's URL belongs to it"

static const struct deviation {
    int number;
    const char *list;
    size_t missing, extra; /* of theirs, of ours */
    const char *why;
} deviations[] = {
    {6, "bitcoin_addresses", 1, 0, CHECKSUM},
    {8, "domains", 1, 0, FILE_NAME},
    {9, "email_addresses", 0, 1, CHAT},
    {19, "md5s", 1, 0, FILLER},
    {22, "sha1s", 1, 0, FILLER},
    {23, "sha256s", 1, 1, FILLER},
    {24, "sha512s", 1, 0, FILLER},
    {27, "urls", 0, 1, COMMA},
    {29, "user_agents", 1, 1, AGENT},
    {31, "domains", 2, 0, IN_URL},
    {32, "domains", 1, 0, IN_URL},
    {33, "domains", 3, 0, IN_URL},
    {34, "domains", 3, 0, IN_URL},
    {35, "domains", 3, 0, IN_URL},
    {36, "domains", 1, 1, ESCAPE},
    {37, "ipv4s", 1, 0, NETWORK},
    {38, "email_addresses", 0, 1, QUOTED},
    {42, "md5s", 1, 0, FILLER},
    {42, "sha1s", 1, 0, FILLER},
    {42, "sha256s", 1, 0, FILLER},
    {42, "sha512s", 1, 0, FILLER},
    {74, "domains", 1, 0, FILE_NAME},
    {78, "domains", 2, 0, IN_URL},
    {84, "ipv4s", 1, 0, NETWORK},
    {85, "ipv4s", 1, 0, NETWORK},
    {86, "ipv4s", 1, 0, NETWORK},
    {87, "domains", 1, 0, IN_URL},
    {88, "domains", 1, 0, IN_URL},
    {90, "domains", 3, 0, IN_URL},
    {91, "domains", 1, 0, IN_URL},
    {94, "domains", 1, 0, IN_URL},
    {100, "domains", 1, 0, IN_URL},
    {104, "md5s", 1, 0, FILLER},
    {104, "sha1s", 1, 0, FILLER},
    {106, "md5s", 1, 0, FILLER},
    {107, "sha1s", 1, 0, ETHEREUM},
    {107, "bitcoin_addresses", 0, 1, ETHEREUM},
    {127, "ipv4s", 1, 0, ZEROS},
    {128, "ipv4s", 1, 0, ZEROS},
    {137, "sha256s", 0, 1, AUTHENTIHASH},
    {144, "bitcoin_addresses", 1, 0, CHECKSUM},
    {145, "bitcoin_addresses", 1, 0, CHECKSUM},
    {146, "bitcoin_addresses", 1, 0, CHECKSUM},
    {149, "email_addresses", 0, 1, QUOTED},
    {151, "email_addresses", 0, 1, QUOTED},
    {154, "sha256s", 1, 0, FILLER},
    {158, "md5s", 1, 0, FILLER},
    {158, "sha1s", 1, 0, FILLER},
    {158, "sha256s", 1, 0, FILLER},
    {158, "sha512s", 1, 0, FILLER},
    {165, "domains", 0, 3, CHAT},
};

#endif
