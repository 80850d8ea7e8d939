/** The text of a mail, and the facts that only this kind needs. */
export type MailKind =
  | { kind: "password-reset" }
  | { kind: "email-proof"; userId: string }
  | { kind: "invitation"; invitationId: string }
  /** `userId`: the user who asks for access. */
  | { kind: "access-request"; noteId: string; userId: string };

/** A mail that waits. It has no secret: the link of a mail is made when the mail is sent. */
export type Mail = MailKind & { id: string; email: string };

/** The content of a mail to one email address. `id` is the same at each try to send it. */
export type Message = { id: string; to: string; subject: string; text: string; html: string };
