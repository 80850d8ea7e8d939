import { queryOptions } from "@tanstack/react-query";
import { type DoctorFinding, type DoctorReport, ValetKeyError } from "@valetkey/client";
import { service } from "../../service/client.ts";
import { checkBrowser } from "./browser-checks.ts";

/**
 * Runs all checks of the server, and then the checks of this browser. The checks run when the page opens, and when the user starts them
 * again.
 */
export const doctorQuery = queryOptions({
  queryKey: ["doctor"],
  queryFn: async ({ signal }): Promise<{ server: DoctorReport; browser: DoctorFinding[] }> => {
    const server = await readReport(signal);
    return { server, browser: await checkBrowser(server.browser) };
  },
  retry: false,
  staleTime: Number.POSITIVE_INFINITY,
});

/** Only this page needs this call, so the call is not in the client, which every page loads. */
async function readReport(signal: AbortSignal): Promise<DoctorReport> {
  const response = await service.fetch(`${service.baseUrl}/admin/doctor`, { signal });
  const body = await response.json();
  if (response.ok) return body;
  throw new ValetKeyError(body.code, body.message, { status: response.status, requestId: body.requestId });
}
