#define _GNU_SOURCE
#include "CFiles.h"

#include <fcntl.h>

int cf_keep_room(int file, long offset, long length) {
  return fallocate(file, FALLOC_FL_KEEP_SIZE, offset, length);
}
