#include "CURCU.h"
