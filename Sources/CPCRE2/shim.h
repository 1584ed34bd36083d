// PCRE2 for texts in UTF-8. The functions carry the suffix _8, since Swift does not see the macros without it.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
