import { readFileSync } from 'node:fs';

/**
 * The most memory that this process has had so far, in MiB. On Linux not `maxRSS`: a child begins with its parent's.
 */
export function peakMemoryMiB(): number {
  try {
    const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (kib !== undefined) return Number(kib) / 1024;
  } catch {
    // not Linux
  }
  return process.resourceUsage().maxRSS / 1024;
}
