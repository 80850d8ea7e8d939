/** A refusal, with the values for the response. `details` are additional elements of the S3 error document. */
export type Refusal = {
  ok: false;
  status: number;
  code: string;
  message: string;
  details: Readonly<Record<string, string>>;
};

export function refuse(status: number, code: string, options: { message: string; details?: Record<string, string> }) {
  return { ok: false, status, code, message: options.message, details: options.details ?? {} } satisfies Refusal;
}
