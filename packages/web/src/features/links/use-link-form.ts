import { useQuery } from "@tanstack/react-query";
import type { CreateLinkBody, Link } from "@valetkey/client";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { earliestServiceNow } from "../../service/client.ts";
import { instanceQuery } from "../../service/queries.ts";
import { forgetKept, useKept } from "../../service/use-kept.ts";
import { bodyOf } from "./link-body.ts";
import { type LinkProblems, type LinkValues, policyOf, valuesOf } from "./link-values.ts";

type LinkFormOptions = {
  kind: Link["kind"];
  /** Identifies the note or the files of a new link. The browser stores the typed values under this text. */
  subject: string;
  /** The edited link. Undefined if the form makes a new link. */
  link?: Link | undefined;
  /**
   * The form keeps the typed values until the caller calls `forget`. The caller must call `forget` after the service has accepted the link.
   */
  onSubmit: (body: CreateLinkBody, forget: () => void) => void;
  /** Runs if the user submits an edited link without changes. */
  onUnchanged?: () => void;
};

/** Returns the values of the form for a link, and the problems of these values. */
export function useLinkForm({ kind, subject, link, onSubmit, onUnchanged }: LinkFormOptions) {
  const policy = policyOf(useQuery(instanceQuery).data);
  const form = useRef<HTMLFormElement>(null);
  const unchanged = valuesOf(link, policy);
  // If the link changes elsewhere, the form starts again, because its old values would undo this change.
  const [name] = useState(
    () => `link ${link === undefined ? `${kind} ${subject}` : JSON.stringify([link.id, unchanged])}`,
  );
  const [values, setValues] = useKept<LinkValues>(name, unchanged);
  const sent = useRef<{ values: LinkValues; body: CreateLinkBody }>(undefined);
  const [problems, setProblems] = useState<LinkProblems>({});
  useEffect(() => {
    if (Object.keys(problems).length === 0) return;
    form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [problems]);
  const forget = () => forgetKept(name);

  function submit(event: FormEvent): void {
    event.preventDefault();
    const result = bodyOf(values, { link, kind, policy, now: earliestServiceNow() });
    setProblems("problems" in result ? result.problems : {});
    if ("problems" in result) return;
    if (link !== undefined && Object.keys(result.body).length === 0) {
      forget();
      onUnchanged?.();
      return;
    }
    // The expiry depends on the time of the click. A second click sends the expiry of the first click, so that both requests are identical.
    if (sent.current?.values !== values) sent.current = { values, body: result.body };
    onSubmit(sent.current.body, forget);
  }
  return {
    form,
    policy,
    isChanged: JSON.stringify(values) !== JSON.stringify(unchanged),
    discard() {
      setValues(unchanged);
      setProblems({});
    },
    submit,
    values,
    problems,
    change: (changed: Partial<LinkValues>) => setValues((before) => ({ ...before, ...changed })),
  };
}
