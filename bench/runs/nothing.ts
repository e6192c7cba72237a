/** What a process costs before it does anything. */
export {};
