// What the driver knows of one function under measurement. Generated code fills a table of these.
#pragma once

struct PricetagSubject {
  const char *id;
  void *(*build)(long n, unsigned long seed);    // inputs of W(n), the same for the same seed
  void *(*clone)(const void *inputs);            // a deep copy; null where inputs must be built anew
  bool (*same)(const void *, const void *);      // whether two inputs are equal; null where that is unknown
  void (*destroy)(void *inputs);
  void (*call)(void *inputs);                    // exactly one call; what it returns dies inside
};

extern const PricetagSubject pricetag_subjects[];
extern const int pricetag_subject_count;
