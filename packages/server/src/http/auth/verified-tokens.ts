import type { Caller } from "../../domain/person.ts";

const MAX_TOKENS = 20_000;
const MAX_CHARACTERS = 16 * 1024 * 1024;

export type Verified = { caller: Caller; expiresAt: number };

/**
 * Tokens that were verified, and whose they are; bounded. Keyed by the token itself: hashing it costs more than the look-up, and a dump
 * of this process's memory holds the secret that makes tokens anyway. Only tokens that passed are here, so that nobody can fill it with
 * rubbish.
 */
export class VerifiedTokens {
  readonly #byToken = new Map<string, Verified>();
  #characters = 0;

  get(token: string): Verified | undefined {
    return this.#byToken.get(token);
  }

  set(token: string, verified: Verified): void {
    if (!this.#byToken.has(token)) {
      // Emptied when it is full: to keep the order of use would cost each request more than verifying anew costs once in a long while.
      if (this.#byToken.size >= MAX_TOKENS || this.#characters + token.length > MAX_CHARACTERS) this.clear();
      this.#characters += token.length;
    }
    this.#byToken.set(token, verified);
  }

  clear(): void {
    this.#byToken.clear();
    this.#characters = 0;
  }
}
