declare const brand: unique symbol;

/** A value that the compiler keeps apart from every other value of the same representation. Brands nest. */
export type Brand<T, Name extends string> = T & { readonly [brand]: { readonly [K in Name]: true } };
