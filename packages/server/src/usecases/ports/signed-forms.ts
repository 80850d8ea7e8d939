import type { SignedForm } from "../../domain/signed-form.ts";

export type SignedFormQueries = {
  insert(form: SignedForm): Promise<void>;
  /** Forms to be looked at, the longest due first. */
  listDue(now: number, limit: number): Promise<SignedForm[]>;
  /** The earliest `lookAt` of all forms; undefined: there are none. */
  nextLookAt(): Promise<number | undefined>;
  /** Takes a form, as it was seen, until `lookAt`; false: another one took it first. */
  claim(seen: Pick<SignedForm, "id" | "lookAt">, until: { lookAt: number }): Promise<boolean>;
  postpone(formId: string, change: { lookAt: number }): Promise<void>;
  setUpload(formId: string, change: { uploadId: string; lookAt: number }): Promise<void>;
  remove(formId: string): Promise<void>;
};
