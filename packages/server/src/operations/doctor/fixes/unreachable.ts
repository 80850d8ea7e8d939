import { join } from "node:path";
import type { Fix } from "../finding.ts";
import { type Failure, isTlsFailure, isUntrusted, isWithoutTls } from "../requests.ts";
import { commandFix, environmentFix, stepFix } from "./environment.ts";

/** `setting` is the name of the setting with this URL. */
type Server = { setting: string; url: string; dataDir: string };

/** Describes what the operator can do if a request to a server got no response. The remedy depends on the failure. */
export function unreachableFix(failed: Failure, { setting, url, dataDir }: Server): Fix[] {
  const { host } = new URL(url);
  if (isUntrusted(failed)) {
    const step =
      "Store the certificate of your authority in this file. Set the variable for the process, because Node.js does not read it from .env.";
    return [...environmentFix(`NODE_EXTRA_CA_CERTS=${join(dataDir, "ca.pem")}`), ...stepFix(step)];
  }
  if (isWithoutTls(failed)) return environmentFix(`${setting}=${url.replace(/^https:/, "http:")}`);
  if (isTlsFailure(failed)) {
    const step = `Renew the certificate, or use the host name of the certificate in ${setting}.`;
    return [...commandFix(`openssl s_client -connect ${host}`), ...stepFix(step)];
  }
  const step = `Start the server at ${host}, let the firewall pass requests to it, or correct ${setting}.`;
  return [...commandFix(`curl -v ${url}`), ...stepFix(step)];
}
