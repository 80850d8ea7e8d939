/** A code that a visitor gets by mail. With the code, the visitor proves an email address for one link. */
export type LinkCode = { linkId: string; email: string; codeHash: string; expiresAt: number };

export type LinkRecipientQueries = {
  /** Stores the code for this email address and link. An earlier code for them stops working. */
  putCode(code: LinkCode): Promise<void>;
  /** Returns the hash of the code if the code is valid. Does not check whether the link lists the email address. */
  findCode(of: Pick<LinkCode, "linkId" | "email"> & { now: number }): Promise<string | undefined>;
  /** Removes a code when it is used. Returns false if the code was already used or replaced. */
  removeCode(code: Pick<LinkCode, "linkId" | "email" | "codeHash">): Promise<boolean>;
  putVisitor(visitor: { linkId: string; visitorId: string; email: string; expiresAt: number }): Promise<void>;
  /** Returns the email address that a visitor has proven, if the link still lists it. */
  emailOf(visitor: { linkId: string; visitorId: string; now: number }): Promise<string | undefined>;
  deleteExpired(now: number): Promise<void>;
};
