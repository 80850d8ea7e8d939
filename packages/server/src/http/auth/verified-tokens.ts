import type { Caller } from "../../domain/person.ts";

const MAX_TOKENS = 20_000;
const MAX_CHARACTERS = 16 * 1024 * 1024;

export type Verified = { caller: Caller; expiresAt: number };

/**
 * A bounded cache of verified tokens and their callers. Invalid tokens never enter it, so they can't fill it.
 * The key is the token itself, because a hash costs more than the lookup. A memory dump would reveal the signing secret anyway.
 */
export class VerifiedTokens {
  readonly #byToken = new Map<string, Verified>();
  #characters = 0;

  get(token: string): Verified | undefined {
    return this.#byToken.get(token);
  }

  set(token: string, verified: Verified): void {
    if (!this.#byToken.has(token)) {
      // Cleared when full. An LRU order would cost every request more than a rare second verification.
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
