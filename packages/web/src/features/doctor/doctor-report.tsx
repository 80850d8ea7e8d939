import { useQuery } from "@tanstack/react-query";
import type { DoctorFinding, DoctorReport as Report } from "@valetkey/client";
import { Button } from "../../components/button.tsx";
import { Section } from "../../components/section.tsx";
import { Failure, Skeleton } from "../../components/states.tsx";
import { doctor as words } from "../../texts/en/doctor.ts";
import { formatClock } from "../../texts/index.ts";
import { doctorQuery } from "./doctor-query.ts";
import { FindingItem } from "./finding-item.tsx";

/** Shows administrators the result of the set-up checks. */
export function DoctorReport() {
  const checks = useQuery(doctorQuery);
  if (checks.isFetching) return <Running />;
  if (checks.data === undefined) {
    return <Failure title={words.failed} error={checks.error} onRetry={() => void checks.refetch()} />;
  }
  const { server, browser } = checks.data;
  return (
    <>
      <Button className="self-start" onClick={() => void checks.refetch()}>
        {words.again}
      </Button>
      <Section title={words.server} hint={words.ranAt(formatClock(server.ranAt))}>
        <Findings findings={server.findings} label={words.server} />
        <NotChecked unchecked={server.unchecked} />
      </Section>
      <Section title={words.browser} hint={words.browserHint}>
        <Findings findings={browser} label={words.browser} />
      </Section>
    </>
  );
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

function Findings({ findings, label }: { findings: readonly DoctorFinding[]; label: string }) {
  if (findings.length === 0) return <p>{words.healthy}</p>;
  return (
    <ul aria-label={label} className="flex flex-col gap-4">
      {findings.map((finding) => (
        <FindingItem key={`${finding.id} ${finding.detail}`} finding={finding} />
      ))}
    </ul>
  );
}

function NotChecked({ unchecked }: Pick<Report, "unchecked">) {
  if (unchecked.length === 0) return null;
  return (
    <div>
      <h3 className="font-medium text-small">{words.notChecked}</h3>
      <ul className="list-disc pl-5 text-muted text-small">
        {unchecked.map(({ subject, reason }) => (
          <li key={subject}>{words.reason(subject, reason)}</li>
        ))}
      </ul>
    </div>
  );
}
