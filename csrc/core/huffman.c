#include "huffman.h"

#include <string.h>

static void fill_short(struct ih_huffman *h) {
  uint32_t code = 0, next = 0, len, i;
  memset(h->_short, 0, sizeof h->_short);
  for (len = 1; len <= IH_HUFFMAN_SHORT; len++, code <<= 1) {
    for (i = 0; i < h->_count[len]; i++, code++, next++) {
      uint32_t reversed = 0, bit;
      for (bit = 0; bit < len; bit++)
        reversed |= (code >> bit & 1) << (len - 1 - bit);
      for (; reversed < 1u << IH_HUFFMAN_SHORT; reversed += 1u << len)
        h->_short[reversed] = (uint16_t)(h->_symbol[next] << 4 | len);
    }
  }
}

int ih_huffman_build(struct ih_huffman *h, const unsigned char *lengths,
                     uint32_t n) {
  uint16_t offset[IH_HUFFMAN_LONGEST + 1];
  int32_t left = 1;
  uint32_t i;
  memset(h->_count, 0, sizeof h->_count);
  for (i = 0; i < n; i++)
    h->_count[lengths[i]]++;
  offset[1] = 0;
  for (i = 1; i <= IH_HUFFMAN_LONGEST; i++) {
    left = left * 2 - h->_count[i];
    if (left < 0)
      return 0;
    if (i < IH_HUFFMAN_LONGEST)
      offset[i + 1] = (uint16_t)(offset[i] + h->_count[i]);
  }
  for (i = 0; i < n; i++)
    if (lengths[i])
      h->_symbol[offset[lengths[i]]++] = (uint16_t)i;
  if (h->_count[0] < n && left > 0 && h->_count[0] + h->_count[1] != n)
    return 0;
  h->_count[0] = 0;
  fill_short(h);
  return 1;
}

/* The symbol that the bits begin with. */
static int find_symbol(const struct ih_huffman *h, struct ih_bits *bits) {
  uint32_t code = 0, first = 0, index = 0, len;
  for (len = 1; len <= IH_HUFFMAN_LONGEST; len++) {
    if (len > bits->count)
      return IH_HUFFMAN_WAITS;
    code |= bits->held >> (len - 1) & 1;
    if (code < first + h->_count[len]) {
      ih_bits_take(bits, len);
      return h->_symbol[index + code - first];
    }
    index += h->_count[len];
    first = (first + h->_count[len]) << 1;
    code <<= 1;
  }
  return IH_HUFFMAN_NONE;
}

int ih_huffman_next_long(const struct ih_huffman *h, struct ih_bits *bits,
                         struct ih_span *in) {
  int symbol;
  while ((symbol = find_symbol(h, bits)) == IH_HUFFMAN_WAITS)
    if (!ih_bits_has(bits, in, bits->count + 1))
      return IH_HUFFMAN_WAITS;
  return symbol;
}
