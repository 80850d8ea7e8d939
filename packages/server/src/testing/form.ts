const BOUNDARY = "----valetkey-test-boundary";

/** The parts of a form, in order. A part with a filename is a file, and every other part is a plain field. */
export type Form = readonly {
  field: string | undefined;
  filename?: string;
  contentType?: string;
  headers?: Record<string, string>;
  content: Buffer | string;
}[];

export function multipartBody(form: Form): { headers: Record<string, string>; body: Buffer } {
  const parts = form.map(({ field, filename, contentType, headers = {}, content }) => {
    const name = filename === undefined ? "" : `; filename="${filename}"`;
    const type = contentType === undefined ? "" : `\r\nContent-Type: ${contentType}`;
    const ofField = field === undefined ? "" : `; name="${field}"`;
    const others = Object.entries(headers).map(([header, value]) => `\r\n${header}: ${value}`);
    const head = `--${BOUNDARY}\r\nContent-Disposition: form-data${ofField}${name}${type}${others.join("")}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), Buffer.from(content), Buffer.from("\r\n")]);
  });
  return {
    headers: { "content-type": `multipart/form-data; boundary=${BOUNDARY}` },
    body: Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]),
  };
}

/** Creates a form with one file. Default: a small text file. */
export function fileForm(content: Buffer | string = "hello", filename = "hello.txt", contentType = "text/plain"): Form {
  return [{ field: "file", filename, contentType, content }];
}
