import type { Link } from "@valetkey/client";
import { describeExpiry, toFieldValue } from "../../components/expiry.ts";
import { DateTimeField, ExpiryOptions } from "../../components/expiry-field.tsx";
import { Select } from "../../components/select.tsx";
import { earliestServiceNow } from "../../service/service-clock.ts";
import { linkTexts } from "../../texts/en/links.ts";
import { formatSpan } from "../../texts/index.ts";
import type { FormFields } from "./form-fields.ts";
import { type LinkPolicy, lifetimesOf } from "./link-values.ts";

const words = linkTexts.form;
const DAY_MS = 86_400_000;

type ExpiryFieldProps = FormFields & { link: Link | undefined; kind: Link["kind"]; policy: LinkPolicy };

/** The expiry of a link, which is the deadline of a file request. */
export function ExpiryField({ values, problems, change, link, kind, policy }: ExpiryFieldProps) {
  const label = kind === "upload" ? words.deadline : words.expires;
  const now = earliestServiceNow();
  const { maxExpirySeconds } = policy;
  const latest = maxExpirySeconds === null ? undefined : Date.parse(link?.createdAt ?? "") + maxExpirySeconds * 1000;
  // The lifetimes count from now, but the limit of the operator counts from the creation of the link. So the form for an older link offers
  // fewer lifetimes.
  const lifetimes = lifetimesOf(policy).filter(
    (seconds) => link === undefined || latest === undefined || now + seconds * 1000 <= latest,
  );
  return (
    <div className="flex flex-col gap-1">
      <span aria-hidden="true" className="font-medium text-small">
        {label}
      </span>
      <div className="flex flex-wrap items-end gap-2">
        <Select
          label={label}
          value={values.expiry}
          onChange={({ currentTarget: { value } }) =>
            change({
              expiry: value,
              ...(value === "custom" && values.customExpiry === "" && { customExpiry: toFieldValue(now + DAY_MS) }),
            })
          }
        >
          {link !== undefined && (
            <option value="unchanged">{words.unchanged(describeExpiry(link.expiresAt, now))}</option>
          )}
          <ExpiryOptions hasNever={maxExpirySeconds === null} lifetimes={lifetimes} />
        </Select>
        {values.expiry === "custom" && (
          <DateTimeField
            value={values.customExpiry}
            onChange={(customExpiry) => change({ customExpiry })}
            now={now}
            error={problems.expiry}
          />
        )}
      </div>
      {values.expiry !== "custom" && problems.expiry !== undefined && (
        <p role="alert" className="text-danger text-small">
          {problems.expiry}
        </p>
      )}
      {maxExpirySeconds !== null && (
        <p className="text-muted text-small">{words.longest(formatSpan(maxExpirySeconds))}</p>
      )}
    </div>
  );
}
