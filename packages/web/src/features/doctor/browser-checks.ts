import type { DoctorFinding, DoctorReport } from "@valetkey/client";
import { latestServiceNow } from "../../service/client.ts";
import { doctor } from "../../texts/en/doctor.ts";

const words = doctor.findings;
const { details } = doctor;
const BODY = "valetkey";
const TIMEOUT_MS = 10_000;
const CLOCK_TOLERANCE_MS = 30_000;

/** Uploads and downloads a test object, as the app does with files. Never rejects. */
export async function checkBrowser({ put, getUrl }: DoctorReport["browser"]): Promise<DoctorFinding[]> {
  return [...checkClock(), ...(await checkTransfer({ put, getUrl }))];
}

function checkClock(): DoctorFinding[] {
  const offsetMs = Math.abs(latestServiceNow() - Date.now());
  if (offsetMs < CLOCK_TOLERANCE_MS) return [];
  const detail = details.seconds(Math.round(offsetMs / 1000));
  return [report("warning", { id: "browser-clock", text: words.clock, detail })];
}

async function checkTransfer({ put, getUrl }: DoctorReport["browser"]): Promise<DoctorFinding[]> {
  const stored = await send(put.url, { method: "PUT", headers: put.headers, body: BODY });
  if (stored === undefined) return [await explainSilence(put.url)];
  const detail = details.status(stored.status);
  if (!stored.ok) return [report("error", { id: "browser-refused", text: words.refused, detail })];
  const noTag = stored.headers.get("etag") === null;
  const tag = noTag ? [report("error", { id: "browser-etag", text: words.etag, detail: originOf(put.url) })] : [];
  const read = await send(getUrl, { cache: "no-store" });
  if (read === undefined) return [...tag, await explainSilence(getUrl)];
  const isSame = read.ok && (await read.text()) === BODY;
  if (isSame) return tag;
  return [...tag, report("error", { id: "browser-changed", text: words.changed, detail: details.status(read.status) })];
}

/** Sends a request. Resolves to undefined if the page gets no response, or may not read the response. */
function send(url: string, init: RequestInit): Promise<Response | undefined> {
  return fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(() => undefined);
}

/**
 * Finds the reason of a failed request, because a browser hides the reason. On an https page, the browser blocks http requests to other
 * machines. A second request, without CORS, shows whether the bucket responds.
 */
async function explainSilence(url: string): Promise<DoctorFinding> {
  const { origin, protocol } = new URL(url);
  if (location.protocol === "https:" && protocol === "http:") {
    return report("error", { id: "browser-mixed-content", text: words.mixedContent, detail: originOf(url) });
  }
  const answer = await send(origin, { mode: "no-cors", cache: "no-store" });
  const detail = details.origin(origin);
  if (answer !== undefined) return report("error", { id: "browser-cors", text: words.cors, detail });
  return report("error", { id: "browser-unreachable", text: words.unreachable, detail, paste: origin });
}

function originOf(url: string): string {
  return details.origin(new URL(url).origin);
}

type Found = {
  id: string;
  text: { title: string; why: string; fix: string };
  detail: string;
  /** A text to paste. Default: none. */
  paste?: string;
};

function report(severity: DoctorFinding["severity"], { id, text, detail, paste }: Found): DoctorFinding {
  const { title, why, fix } = text;
  const pasted = paste === undefined ? [] : [{ label: doctor.addressBar, text: paste }];
  return { id, severity, title, why, detail, fix: [{ label: "step", text: fix }, ...pasted] };
}
