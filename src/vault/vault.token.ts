/** Under this name the composition root provides the Vault. */
export const VAULT = Symbol('Vault');
