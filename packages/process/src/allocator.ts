/**
 * How glibc is to give memory back, as environment of the MQTT server. By itself it hands out ever larger blocks (up to
 * 32 MiB) from one growing heap, whose holes stay with the process: after 40 slow readers had queued large messages,
 * 820 MiB stayed resident, and 160 do with this. With a fixed threshold larger blocks are pages of their own, which go
 * back when they are freed. It lies just above the 64 KiB that Node reads a socket into, which come and go with every
 * read. Other C libraries ignore it. https://man7.org/linux/man-pages/man3/mallopt.3.html
 */
export const allocatorSettings = { MALLOC_MMAP_THRESHOLD_: '66000' } as const;
