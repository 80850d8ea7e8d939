import { queryOptions, useQuery } from "@tanstack/react-query";
import { type DoctorFinding, type DoctorReport as Report, ValetKeyError } from "@valetkey/client";
import { clsx } from "clsx";
import { CircleCheck } from "lucide-react";
import { Button } from "../../components/button.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { BackLink, Page } from "../../components/page.tsx";
import { Failure, Skeleton } from "../../components/states.tsx";
import { latestServiceNow, service } from "../../service/client.ts";
import { doctor as words } from "../../texts/en/doctor.ts";
import { formatClock, formatCount, texts } from "../../texts/index.ts";

export function DoctorPage() {
  return (
    <Page title={words.title} hint={words.hint} above={<BackLink to="/settings">{texts.app.settings}</BackLink>}>
      <DoctorReport />
    </Page>
  );
}

function DoctorReport() {
  const checks = useQuery(doctorQuery);
  if (checks.isFetching) return <Running />;
  if (checks.data === undefined) return <Failure title={words.failed} query={checks} />;
  const { server, browser } = checks.data;
  const found = [...server.findings, ...browser].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
  const summary = summaryOf(found);
  return (
    <>
      <div className="flex items-center gap-3">
        <div className="min-w-0 grow">
          <p className="flex items-center gap-2 text-balance font-semibold">
            {summary === words.works && <CircleCheck size={18} aria-hidden="true" className="text-accent" />}
            {summary}
          </p>
          <p className="text-muted text-small">{words.ranAt(formatClock(server.ranAt))}</p>
        </div>
        <Button onClick={() => void checks.refetch()}>{words.again}</Button>
      </div>
      {found.length > 0 && (
        <ul aria-label={words.found} className="flex flex-col divide-y rounded-card border bg-surface">
          {found.map((finding) => (
            <FindingItem key={`${finding.id} ${finding.detail}`} finding={finding} />
          ))}
        </ul>
      )}
      <div className="flex flex-col gap-2 text-muted text-small">
        {found.length > 0 && <p>{words.audience}</p>}
        <NotChecked unchecked={server.unchecked} />
      </div>
    </>
  );
}

const ORDER: readonly DoctorFinding["severity"][] = ["error", "warning", "info"];

/** Returns, for example, "1 problem to fix now, 2 risks". The summary omits findings of the severity `info`. */
function summaryOf(findings: readonly DoctorFinding[]): string {
  const count = (wanted: DoctorFinding["severity"]) => findings.filter(({ severity }) => severity === wanted).length;
  const [errors, warnings] = [count("error"), count("warning")];
  if (errors + warnings === 0) return words.works;
  const parts = [
    ...(errors > 0 ? [formatCount(errors, words.counted.errors)] : []),
    ...(warnings > 0 ? [formatCount(warnings, words.counted.warnings)] : []),
  ];
  return parts.join(", ");
}

function Running() {
  return (
    <div className="flex flex-col gap-4">
      <p role="status" className="text-muted">
        {words.running}
      </p>
      <Skeleton className="h-24" />
      <Skeleton className="h-24" />
    </div>
  );
}

function NotChecked({ unchecked }: Pick<Report, "unchecked">) {
  if (unchecked.length === 0) return null;
  return (
    <details>
      <summary className="cursor-pointer py-1">{formatCount(unchecked.length, words.notChecked)}</summary>
      <ul className="list-disc pl-5">
        {unchecked.map(({ subject, reason }) => (
          <li key={subject}>{words.reason(subject, reason)}</li>
        ))}
      </ul>
    </details>
  );
}

const colours: Record<DoctorFinding["severity"], string> = {
  error: "bg-danger-soft text-danger",
  warning: "bg-warning-soft text-warning",
  info: "bg-hover text-muted",
};

/**
 * Shows a finding with its effect on users. The cause, the detail and the fixes are for the operator, and are open at once only if the
 * finding is urgent.
 */
function FindingItem({ finding: { severity, title, detail, why, fix } }: { finding: DoctorFinding }) {
  // Each title of a finding names the effect, a colon, and the cause.
  const [effect, cause = ""] = title.split(": ");
  return (
    <li className="flex flex-col items-start gap-1 p-4">
      <span className={clsx("rounded-small px-2 text-small", colours[severity])}>{words.severities[severity]}</span>
      <h2 className="text-pretty font-medium">{effect}</h2>
      <p className="wrap-anywhere text-pretty text-muted text-small first-letter:uppercase">{cause}</p>
      <details className="w-full text-small" open={severity === "error"}>
        <summary className="cursor-pointer py-1 text-muted">{words.more}</summary>
        <div className="flex flex-col gap-3 pt-1">
          {fix.map((each) => (
            <Remedy key={`${each.label} ${each.text}`} fix={each} />
          ))}
          <p className="wrap-anywhere text-pretty text-muted">{`${words.why}: ${detail} ${why}`}</p>
        </div>
      </details>
    </li>
  );
}

/**
 * Labels with these names are programs, such as "AWS CLI", so their text is a command. All other labels say where the operator needs the
 * text.
 */
const COMMAND = /^(AWS CLI|.* command line|MinIO client|command|Befehl)/;

function Remedy({ fix: { label, text } }: { fix: DoctorFinding["fix"][number] }) {
  if (label === "step") return <p className="text-pretty">{text}</p>;
  return (
    <figure className="flex flex-col gap-1">
      <figcaption className="flex items-end justify-between gap-2">
        <span className="text-pretty">{COMMAND.test(label) ? words.run(label) : words.paste(label)}</span>
        <CopyButton text={text} label={words.copyFix(label)} />
      </figcaption>
      <pre className="whitespace-pre-wrap wrap-anywhere rounded-card border bg-sunken p-3 font-mono text-small">
        {text}
      </pre>
    </figure>
  );
}

/**
 * Runs all checks on the server, and then the checks in this browser. The checks run when the page opens, and whenever the user requests
 * them.
 */
const doctorQuery = queryOptions({
  queryKey: ["doctor"],
  queryFn: async ({ signal }): Promise<{ server: Report; browser: DoctorFinding[] }> => {
    const server = await readReport(signal);
    return { server, browser: await checkBrowser(server.browser) };
  },
  retry: false,
  staleTime: Number.POSITIVE_INFINITY,
});

/** This call is not part of the client, because every page loads the client and only this page needs the call. */
async function readReport(signal: AbortSignal): Promise<Report> {
  const response = await service.fetch(`${service.baseUrl}/admin/doctor`, { signal });
  const body = await response.json();
  if (response.ok) return body;
  throw new ValetKeyError(body.code, body.message, { status: response.status, requestId: body.requestId });
}

const findingWords = words.findings;
const { details } = words;
const BODY = "valetkey";
const TIMEOUT_MS = 10_000;
const CLOCK_TOLERANCE_MS = 30_000;

/** Uploads and downloads a test object in the same way as the app uploads and downloads files. The promise never rejects. */
export async function checkBrowser({ put, getUrl }: Report["browser"]): Promise<DoctorFinding[]> {
  return [...checkClock(), ...(await checkTransfer({ put, getUrl }))];
}

function checkClock(): DoctorFinding[] {
  const offsetMs = Math.abs(latestServiceNow() - Date.now());
  if (offsetMs < CLOCK_TOLERANCE_MS) return [];
  const detail = details.seconds(Math.round(offsetMs / 1000));
  return [reportOf("warning", { id: "browser-clock", text: findingWords.clock, detail })];
}

async function checkTransfer({ put, getUrl }: Report["browser"]): Promise<DoctorFinding[]> {
  const stored = await send(put.url, { method: "PUT", headers: put.headers, body: BODY });
  if (stored === undefined) return [await explainSilence(put.url)];
  const detail = details.status(stored.status);
  if (!stored.ok) return [reportOf("error", { id: "browser-refused", text: findingWords.refused, detail })];
  const noTag = stored.headers.get("etag") === null;
  const tag = noTag
    ? [reportOf("error", { id: "browser-etag", text: findingWords.etag, detail: originOf(put.url) })]
    : [];
  const read = await send(getUrl, { cache: "no-store" });
  if (read === undefined) return [...tag, await explainSilence(getUrl)];
  const isSame = read.ok && (await read.text()) === BODY;
  if (isSame) return tag;
  return [
    ...tag,
    reportOf("error", { id: "browser-changed", text: findingWords.changed, detail: details.status(read.status) }),
  ];
}

/** Sends a request. Resolves with undefined if no response arrives, or if the browser hides the response from the page. */
function send(url: string, init: RequestInit): Promise<Response | undefined> {
  return fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(() => undefined);
}

/**
 * Finds out why a request failed, because the browser hides the reason. On an HTTPS page, the browser blocks HTTP requests to other
 * machines. A second request without CORS shows whether the bucket responds.
 */
async function explainSilence(url: string): Promise<DoctorFinding> {
  const { origin, protocol } = new URL(url);
  if (location.protocol === "https:" && protocol === "http:") {
    return reportOf("error", { id: "browser-mixed-content", text: findingWords.mixedContent, detail: originOf(url) });
  }
  const answer = await send(origin, { mode: "no-cors", cache: "no-store" });
  const detail = details.origin(origin);
  if (answer !== undefined) return reportOf("error", { id: "browser-cors", text: findingWords.cors, detail });
  return reportOf("error", { id: "browser-unreachable", text: findingWords.unreachable, detail, paste: origin });
}

function originOf(url: string): string {
  return details.origin(new URL(url).origin);
}

type Found = {
  id: string;
  text: { title: string; why: string; fix: string };
  detail: string;
  /** The text that the operator pastes. Default: none. */
  paste?: string;
};

function reportOf(severity: DoctorFinding["severity"], { id, text, detail, paste }: Found): DoctorFinding {
  const { title, why, fix } = text;
  const pasted = paste === undefined ? [] : [{ label: words.addressBar, text: paste }];
  return { id, severity, title, why, detail, fix: [{ label: "step", text: fix }, ...pasted] };
}
