/* What opens a page or proves a decision: tokens for links, keyed hashes to store them under, MACs
 * over fields, receipt codes for people, hexadecimal. All comparisons take constant time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/text.h"
#include "common/uuid.h"

enum {
    TOKEN_KEY = 32,    /* bytes of every key here */
    TOKEN_TEXT = 22,   /* characters of 128 bits in base64url, without the NUL */
    TOKEN_LONG = 43,   /* of 256 bits: sessions */
    TOKEN_HASH = 32,   /* bytes to store */
    TOKEN_MAC = 32,    /* bytes */
    TOKEN_RECEIPT = 8, /* characters of a receipt code */
};

/* The token of that purpose ("offer", "receipt") and thing: always the same from the same key, so
 * that a letter can be rendered again and nothing secret need be kept. */
void token_make(const uint8_t key[static TOKEN_KEY], const char *purpose, struct uuid thing,
    char text[static TOKEN_TEXT + 1]);

/* 128 or 256 random bits. */
void token_random(char text[static TOKEN_TEXT + 1]);
void token_random_long(char text[static TOKEN_LONG + 1]);

/* What is stored and looked up instead of the token. False when the text is no token of either
 * length: nothing need be looked up. */
bool token_hash(const uint8_t key[static TOKEN_KEY], const char *purpose, struct text token,
    uint8_t hash[static TOKEN_HASH]);

/* Whether two secrets of the same length are equal, in constant time. */
bool token_equal(struct text a, struct text b);

/* A MAC over a list of fields; each counts with its length, so no two lists make the same MAC.
 * Absent and empty are different fields. Start with the purpose: TEXT("clearance"). */
void mac_make(const uint8_t key[static TOKEN_KEY], const struct text *parts, size_t count,
    uint8_t mac[static TOKEN_MAC]);
bool mac_check(
    const uint8_t key[static TOKEN_KEY], const struct text *parts, size_t count, struct text mac);

/* A random code that can be read out over a telephone: no vowels, no 0 1 B I L O S U Z. */
void receipt_make(char code[static TOKEN_RECEIPT + 1]);
/* As a person may have typed it: small letters, spaces and hyphens are put right. */
bool receipt_parse(struct text typed, char code[static TOKEN_RECEIPT + 1]);

/* Small letters; `text` has room for 2 * length + 1. */
void hex_encode(const void *bytes, size_t length, char *text);
/* Exactly `length` bytes from 2 * length digits. */
bool hex_decode(struct text text, void *bytes, size_t length);
