import { readAddress } from "../../../platform/http/client-address.ts";
import { type Echo, FORGED_IP } from "../echo.ts";
import { finding, type Outcome, unchecked } from "../finding.ts";
import { environmentFix, stepFix } from "../fixes/environment.ts";
import type { DoctorParts } from "../parts.ts";

/**
 * Compares the number of proxies that the service trusts with the number of IP addresses that the proxies added to `X-Forwarded-For`. The
 * doctor has sent a forged IP address in this header, so the entries after the forged one are from proxies.
 */
export function judgeClient({ config }: Pick<DoctorParts, "config">, echo: Echo): Outcome[] {
  const { trustProxy } = config.server;
  const chain = echo.forwardedFor
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
  // The IP addresses that the proxies added, in the order from the client to the service. If a careful proxy has removed the header of the
  // client, all entries are from proxies.
  const added = chain.slice(chain.indexOf(FORGED_IP) + 1);
  const detail = `X-Forwarded-For was "${echo.forwardedFor}", and the service took ${echo.ip}.`;
  if (added.length === 0) return trustProxy === false ? [] : [missing(detail)];
  const fix = environmentFix(`TRUST_PROXY=${added.length}`);
  if (echo.trustedHops < added.length) return [finding("trust-proxy-too-small", { detail, fix })];
  if (echo.trustedHops === added.length) return readAddress(added[0] ?? "") === undefined ? [invalid(detail)] : [];
  // A list of IP addresses in TRUST_PROXY may contain this machine. In that case, this machine also counts as a proxy.
  if (Array.isArray(trustProxy)) return [unchecked("TRUST_PROXY", "this machine has one of its addresses")];
  return [finding("trust-proxy-too-large", { detail, fix })];
}

function missing(detail: string): Outcome {
  const nginx = { label: "nginx", text: "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;" };
  const step = stepFix("Without a proxy, remove TRUST_PROXY.");
  return finding("forwarded-for-missing", { detail, fix: [nginx, ...step] });
}

function invalid(detail: string): Outcome {
  const nginx = { label: "nginx", text: "proxy_set_header X-Forwarded-For $remote_addr;" };
  const step = stepFix("Make the first proxy write the IP address of the client. A port may follow.");
  return finding("client-address-invalid", { detail, fix: [nginx, ...step] });
}
