import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { onTestFinished } from "vitest";
import type { SmtpOptions } from "../smtp.ts";

export type ReceivedMail = {
  recipients: string[];
  raw: string;
  parsed: ParsedMail;
  isEncrypted: boolean;
};

type Reply = { code: number; text: string };

export type SmtpServerOptions = SMTPServerOptions & {
  /** Returns the reply with which the server refuses a recipient, or undefined to accept the recipient. Runs at each attempt. */
  refuse?: (recipient: string) => Reply | undefined;
  /** Default: any free port. */
  port?: number;
  /** Runs before the server confirms a message. */
  beforeConfirm?: () => void | Promise<void>;
};

/** Starts a real SMTP server on the loopback address. By default, the server uses no TLS and no authentication. */
export async function startSmtpServer({ port: wanted = 0, refuse, beforeConfirm, ...options }: SmtpServerOptions = {}) {
  const mails: ReceivedMail[] = [];
  let onMail: () => void = () => undefined;
  const server = new SMTPServer({
    disabledCommands: options.key === undefined ? ["AUTH", "STARTTLS"] : [],
    authOptional: true,
    disableReverseLookup: true,
    onRcptTo({ address }, _session, done) {
      const reply = refuse?.(address);
      done(reply && Object.assign(new Error(reply.text), { responseCode: reply.code }));
    },
    async onData(stream, session, done) {
      try {
        const chunks: Buffer[] = [];
        for await (const chunk of stream) chunks.push(chunk as Buffer);
        const raw = Buffer.concat(chunks);
        const recipients = session.envelope.rcptTo.map(({ address }) => address);
        const isEncrypted = session.secure;
        mails.push({ recipients, raw: raw.toString(), parsed: await simpleParser(raw), isEncrypted });
        onMail();
        await beforeConfirm?.();
        done();
      } catch (error) {
        done(error as Error);
      }
    },
    ...options,
  });
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(wanted, "127.0.0.1", resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    mails,
    async received(count: number): Promise<ReceivedMail[]> {
      while (mails.length < count) {
        await new Promise<void>((resolve) => {
          onMail = resolve;
        });
      }
      return mails;
    },
    stop: () => new Promise<void>((resolve) => server.close(resolve)),
  };
}

export async function smtpServerInTest(options: SmtpServerOptions = {}) {
  const server = await startSmtpServer(options);
  onTestFinished(() => server.stop());
  return server;
}

/** Returns the options with which a client connects to this SMTP server. */
export function smtpOptions({ port }: { port: number }, options: Partial<SmtpOptions> = {}): SmtpOptions {
  return {
    host: "127.0.0.1",
    port,
    isSecure: false,
    requiresTls: false,
    user: undefined,
    password: undefined,
    from: { name: "Valet Key", email: "files@example.com" },
    ...options,
  };
}

export function tokenIn({ parsed }: ReceivedMail): string {
  const [, token] = /#([\w-]{43})$/m.exec(parsed.text ?? "") ?? [];
  if (token === undefined) throw new Error(`The mail has no link: ${parsed.text}`);
  return token;
}

/** Creates a certificate for localhost, which the test process trusts until the test finishes. */
export function trustedCertificate(): { key: string; cert: string } {
  const pair = makeCertificate();
  const before = getCACertificates("default");
  setDefaultCACertificates([...before, pair.cert]);
  onTestFinished(() => setDefaultCACertificates(before));
  return pair;
}

/** Creates a self-signed certificate for localhost. */
export function makeCertificate(): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), "valetkey-certificate-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2"];
  const made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...subject, "-keyout", key, "-out", cert];
  execFileSync("openssl", made, { stdio: "ignore" });
  const pair = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  rmSync(folder, { recursive: true });
  return pair;
}
