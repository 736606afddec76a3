/// What GNU objdump 2.40 and LLVM's 21 print of one shared library, assembled for these tests. The
/// library was named "1330": what stands first in the listing then looks like tiny_branch's address.
enum Printed {
  static let gnuSymbols = #"""
    1330:     file format elf64-x86-64

    SYMBOL TABLE:
    0000000000001420 l     F .text	0000000000000006 tiny_local
    00000000000034b8 l     O .data	0000000000000008 tiny_table
    0000000000002438 l       .dynamic	0000000000000000 .hidden _DYNAMIC
    0000000000001330 g     F .text	0000000000000033 tiny_branch
    0000000000001370 g     F .text	0000000000000010 tiny_retry
    0000000000001380 g     F .text	000000000000003b tiny_bits
    00000000000013c0 g     F .text	0000000000000060 tiny_memory
    0000000000001430 g     F .text	0000000000000005 tiny_tail
    """#

  static let llvmSymbols = #"""
    1330:	file format elf64-x86-64

    SYMBOL TABLE:
    0000000000001420 l     F .text	0000000000000006 tiny_local
    00000000000034b8 l     O .data	0000000000000008 tiny_table
    0000000000002438 l       .dynamic	0000000000000000 .hidden _DYNAMIC
    0000000000001330 g     F .text	0000000000000033 tiny_branch
    0000000000001370 g     F .text	0000000000000010 tiny_retry
    0000000000001380 g     F .text	000000000000003b tiny_bits
    00000000000013c0 g     F .text	0000000000000060 tiny_memory
    0000000000001430 g     F .text	0000000000000005 tiny_tail
    """#

  static let gnuCode = #"""
    1330:     file format elf64-x86-64

    Disassembly of section .text:

    0000000000001330 <tiny_branch>:
        1330:	xor    %eax,%eax
        1332:	xor    %ecx,%ecx
        1334:	jmp    1340 <tiny_branch+0x10>
        1336:	cs nopw 0x0(%rax,%rax,1)
        1340:	mov    (%rsi,%rcx,8),%r8
        1344:	mov    0x8(%r8,%rdi,1),%r9
        1349:	test   $0x1,%r9b
        134d:	jne    135b <tiny_branch+0x2b>
        134f:	add    %r8,%rax
        1352:	inc    %rcx
        1355:	cmp    %rdx,%rcx
        1358:	jl     1340 <tiny_branch+0x10>
        135a:	ret
        135b:	dec    %r9
        135e:	mov    %r9,%r8
        1361:	jmp    134f <tiny_branch+0x1f>
        1363:	cs nopw 0x0(%rax,%rax,1)
        136d:	nopl   (%rax)

    0000000000001370 <tiny_retry>:
        1370:	mov    (%rdi),%eax
        1372:	test   %eax,%eax
        1374:	je     137f <tiny_retry+0xf>
        1376:	lea    0x1(%rax),%ecx
        1379:	lock cmpxchg %ecx,(%rdi)
        137d:	jne    1372 <tiny_retry+0x2>
        137f:	ret

    0000000000001380 <tiny_bits>:
        1380:	bt     $0x0,%rax
        1385:	mov    %rdx,%rcx
        1388:	jb     13ba <tiny_bits+0x3a>
        138a:	bt     $0x1,%rax
        138f:	jb     13ba <tiny_bits+0x3a>
        1391:	shr    %rax
        1394:	jae    13ba <tiny_bits+0x3a>
        1396:	shr    $0x2,%rax
        139a:	jae    13ba <tiny_bits+0x3a>
        139c:	and    $0x1,%ecx
        139f:	cmove  %rdx,%rcx
        13a3:	testb  $0x1,(%rdi)
        13a6:	cmove  %edx,%ecx
        13a9:	test   $0x1,%ah
        13ac:	cmovne %rdx,%rcx
        13b0:	test   $0x3,%al
        13b2:	jne    13ba <tiny_bits+0x3a>
        13b4:	test   $0x1,%al
        13b6:	js     13ba <tiny_bits+0x3a>
        13b8:	jmp    1380 <tiny_bits>
        13ba:	ret
        13bb:	nopl   0x0(%rax,%rax,1)

    00000000000013c0 <tiny_memory>:
        13c0:	push   %rbp
        13c1:	push   (%rdi)
        13c3:	movabs $0x1122334455667788,%rax
        13cd:	lea    0x8(%rdi),%rsi
        13d1:	nopw   0x8(%rax,%rax,1)
        13d7:	prefetcht0 (%rdi)
        13da:	movzbl (%rdi),%eax
        13dd:	mov    %fs:0x28,%rax
        13e6:	cmp    %rax,(%rdi)
        13e9:	incl   (%rdi)
        13eb:	shlq   %cl,(%rdi)
        13ee:	xchg   %rax,(%rdi)
        13f1:	xchg   %rax,%rdx
        13f3:	lock xadd %eax,(%rdi)
        13f7:	setne  (%rdi)
        13fa:	rep movsq %ds:(%rsi),%es:(%rdi)
        13fd:	vmovdqu (%rdi),%ymm0
        1401:	vmovdqu %ymm0,(%rsi)
        1405:	fldt   (%rdi)
        1407:	fstpt  (%rdi)
        1409:	data16 lea -0xe1(%rip),%rdi        # 1330 <tiny_branch>
        1411:	pop    (%rdi)
        1413:	pop    %rbp
        1414:	call   *0x8(%rdi)
        1417:	call   1420 <tiny_local>
        141c:	je     1420 <tiny_local>
        141e:	jmp    *%rax

    0000000000001420 <tiny_local>:
        1420:	jmp    *0x2092(%rip)        # 34b8 <tiny_table>
        1426:	cs nopw 0x0(%rax,%rax,1)

    0000000000001430 <tiny_tail>:
        1430:	inc    %rdi
        1433:	jmp    1420 <tiny_local>
    """#

  static let llvmCode = #"""
    1330:	file format elf64-x86-64

    Disassembly of section .text:

    0000000000001330 <tiny_branch>:
        1330:      	xorl	%eax, %eax
        1332:      	xorl	%ecx, %ecx
        1334:      	jmp	0x1340 <tiny_branch+0x10>
        1336:      	nopw	%cs:(%rax,%rax)
        1340:      	movq	(%rsi,%rcx,8), %r8
        1344:      	movq	0x8(%r8,%rdi), %r9
        1349:      	testb	$0x1, %r9b
        134d:      	jne	0x135b <tiny_branch+0x2b>
        134f:      	addq	%r8, %rax
        1352:      	incq	%rcx
        1355:      	cmpq	%rdx, %rcx
        1358:      	jl	0x1340 <tiny_branch+0x10>
        135a:      	retq
        135b:      	decq	%r9
        135e:      	movq	%r9, %r8
        1361:      	jmp	0x134f <tiny_branch+0x1f>
        1363:      	nopw	%cs:(%rax,%rax)
        136d:      	nopl	(%rax)

    0000000000001370 <tiny_retry>:
        1370:      	movl	(%rdi), %eax
        1372:      	testl	%eax, %eax
        1374:      	je	0x137f <tiny_retry+0xf>
        1376:      	leal	0x1(%rax), %ecx
        1379:      	lock
        137a:      	cmpxchgl	%ecx, (%rdi)
        137d:      	jne	0x1372 <tiny_retry+0x2>
        137f:      	retq

    0000000000001380 <tiny_bits>:
        1380:      	btq	$0x0, %rax
        1385:      	movq	%rdx, %rcx
        1388:      	jb	0x13ba <tiny_bits+0x3a>
        138a:      	btq	$0x1, %rax
        138f:      	jb	0x13ba <tiny_bits+0x3a>
        1391:      	shrq	%rax
        1394:      	jae	0x13ba <tiny_bits+0x3a>
        1396:      	shrq	$0x2, %rax
        139a:      	jae	0x13ba <tiny_bits+0x3a>
        139c:      	andl	$0x1, %ecx
        139f:      	cmoveq	%rdx, %rcx
        13a3:      	testb	$0x1, (%rdi)
        13a6:      	cmovel	%edx, %ecx
        13a9:      	testb	$0x1, %ah
        13ac:      	cmovneq	%rdx, %rcx
        13b0:      	testb	$0x3, %al
        13b2:      	jne	0x13ba <tiny_bits+0x3a>
        13b4:      	testb	$0x1, %al
        13b6:      	js	0x13ba <tiny_bits+0x3a>
        13b8:      	jmp	0x1380 <tiny_bits>
        13ba:      	retq
        13bb:      	nopl	(%rax,%rax)

    00000000000013c0 <tiny_memory>:
        13c0:      	pushq	%rbp
        13c1:      	pushq	(%rdi)
        13c3:      	movabsq	$0x1122334455667788, %rax # imm = 0x1122334455667788
        13cd:      	leaq	0x8(%rdi), %rsi
        13d1:      	nopw	0x8(%rax,%rax)
        13d7:      	prefetcht0	(%rdi)
        13da:      	movzbl	(%rdi), %eax
        13dd:      	movq	%fs:0x28, %rax
        13e6:      	cmpq	%rax, (%rdi)
        13e9:      	incl	(%rdi)
        13eb:      	shlq	%cl, (%rdi)
        13ee:      	xchgq	%rax, (%rdi)
        13f1:      	xchgq	%rdx, %rax
        13f3:      	lock
        13f4:      	xaddl	%eax, (%rdi)
        13f7:      	setne	(%rdi)
        13fa:      	rep		movsq	(%rsi), %es:(%rdi)
        13fd:      	vmovdqu	(%rdi), %ymm0
        1401:      	vmovdqu	%ymm0, (%rsi)
        1405:      	fldt	(%rdi)
        1407:      	fstpt	(%rdi)
        1409:      	leaq	-0xe1(%rip), %rdi       # 0x1330 <tiny_branch>
        1411:      	popq	(%rdi)
        1413:      	popq	%rbp
        1414:      	callq	*0x8(%rdi)
        1417:      	callq	0x1420 <tiny_local>
        141c:      	je	0x1420 <tiny_local>
        141e:      	jmpq	*%rax

    0000000000001420 <tiny_local>:
        1420:      	jmpq	*0x2092(%rip)           # 0x34b8 <tiny_table>
        1426:      	nopw	%cs:(%rax,%rax)

    0000000000001430 <tiny_tail>:
        1430:      	incq	%rdi
        1433:      	jmp	0x1420 <tiny_local>
    """#
}
