#if __has_include(<numa.h>)
#include <numa.h>
#include <numaif.h>
#else
#error "libnuma's headers are missing: apt-get install libnuma-dev, or run scripts/bench, which installs what is needed"
#endif
