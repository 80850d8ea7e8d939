import type { DoctorFinding } from "@valetkey/client";
import { clsx } from "clsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { copyText } from "../../service/clipboard.ts";
import { doctor as words } from "../../texts/en/doctor.ts";

const colours: Record<DoctorFinding["severity"], string> = {
  error: "bg-danger-soft text-danger",
  warning: "bg-hover text-ink",
  info: "bg-accent-soft text-accent",
};

/** A fault with its observation, its consequence and its remedies. */
export function FindingItem({ finding }: { finding: DoctorFinding }) {
  const { severity, title, detail, why, fix } = finding;
  return (
    <li className="flex flex-col gap-3 rounded-card border bg-surface p-4">
      <header className="flex flex-wrap items-baseline gap-x-2 gap-y-1">
        <span className={clsx("rounded-small px-2 text-small", colours[severity])}>{words.severities[severity]}</span>
        <h3 className="font-medium">{title}</h3>
      </header>
      <p className="text-pretty break-words text-small">{detail}</p>
      <p className="text-pretty text-muted text-small">{why}</p>
      {fix.map(({ label, text }) =>
        label === "step" ? (
          <p key={text} className="text-pretty text-small">
            <strong className="font-medium">{`${words.step}: `}</strong>
            {text}
          </p>
        ) : (
          <Paste key={label} label={label} text={text} />
        ),
      )}
    </li>
  );
}

function Paste({ label, text }: { label: string; text: string }) {
  return (
    <figure className="flex flex-col gap-1">
      <figcaption className="flex items-center justify-between gap-2 text-muted text-small">
        {label}
        <CopyButton text={text} label={words.copyFix(label)} onCopy={copyText} />
      </figcaption>
      <pre className="whitespace-pre-wrap wrap-anywhere rounded-small bg-sunken p-3 font-mono text-small">{text}</pre>
    </figure>
  );
}
