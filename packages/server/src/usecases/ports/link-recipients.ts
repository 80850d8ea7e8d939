/** A code with which a visitor of one link proves an email address. */
export type LinkCode = { linkId: string; email: string; codeHash: string; expiresAt: number };

export type LinkRecipientQueries = {
  /** Stores the only code of this email address for the link. An earlier code stops working. */
  putCode(code: LinkCode): Promise<void>;
  /** Returns the hash of a valid code. The link need not list the email address. */
  findCode(of: Pick<LinkCode, "linkId" | "email"> & { now: number }): Promise<string | undefined>;
  /** Returns false if the code was already used or replaced. */
  removeCode(code: Pick<LinkCode, "linkId" | "email" | "codeHash">): Promise<boolean>;
  putVisitor(visitor: { linkId: string; visitorId: string; email: string; expiresAt: number }): Promise<void>;
  /** Returns the email address that a visitor has proven, and that the link still lists. */
  emailOf(visitor: { linkId: string; visitorId: string; now: number }): Promise<string | undefined>;
  deleteExpired(now: number): Promise<void>;
};
