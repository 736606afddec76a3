// What can be done with files where Swift's Glibc has no name for it.

#pragma once

// Holds bytes of the disk back for a file, behind its end, which stays where it is. The result is 0, or -1
// with errno set, as where the file system can't.
int cf_keep_room(int file, long offset, long length);
