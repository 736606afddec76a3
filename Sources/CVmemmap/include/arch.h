// What each architecture says in its own way, behind the same names. A header in arch/ has:
//
//   cvm_cache_line_size                    bytes that cvm_flush_cache_line() drives out
//   cvm_flush_cache_line()
//   cvm_spin_hint()
//   cvm_dependent_addition()
//   cvm_static_branch_optimize_vmemmap()   the branch, and its entry in the jump table
//   cvm_static_branch_size                 bytes of its instruction, in either form
//   cvm_static_branch_encode()             the instruction, to be written over the other one
//   CVM_ALIGN_CODE, CVM_SKIP_CODE(bytes)   placement of code, in the assembler's words
//   CVM_ASM_COMMENT                        what begins a comment there

#pragma once

#if defined(__x86_64__)
#include "arch/x86_64.h"
#else
#error "CVmemmap is not written for this architecture: add Sources/CVmemmap/include/arch/<architecture>.h with the names that arch.h lists (cache line flush, spin hint, dependent addition, static branch, code placement), and include it in arch.h. Patches are welcome; arch/x86_64.h is the example."
#endif
