import { useMutation, useQuery } from "@tanstack/react-query";
import type { PolicySetting } from "@valetkey/client";
import { useId } from "react";
import { Select } from "../../components/select.tsx";
import { Failure, Problem, Skeleton } from "../../components/states.tsx";
import { client } from "../../service/client.ts";
import { instanceQuery, queryClient } from "../../service/queries.ts";
import { policyTexts, ruleName, ruleValue } from "../../texts/en/administration.ts";

const words = policyTexts;
const KEY = ["administration", "policy"];
const [MINUTE, HOUR, DAY] = [60, 3_600, 86_400];
/** The lifetimes that the page offers, in seconds. Null means no limit. Operator commands and the API also accept other lifetimes. */
const EXPIRIES: Record<string, readonly (number | null)[]> = {
  "link-max-expiry": [DAY, 7 * DAY, 30 * DAY, 90 * DAY, 365 * DAY, null],
  "url-ttl-max": [5 * MINUTE, 15 * MINUTE, HOUR, 12 * HOUR, DAY, 7 * DAY],
  "url-ttl-max-shared": [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 12 * HOUR, DAY],
};

/** Shows the policy: the rules of the service that an administrator can change. */
export function Policy() {
  const policy = useQuery({ queryKey: KEY, queryFn: ({ signal }) => client.admin.policy({ signal }) });
  if (policy.isPending) return <Skeleton className="h-64" />;
  if (policy.data === undefined) return <Failure title={words.failed} query={policy} />;
  return (
    <>
      <p className="text-pretty text-muted text-small">{words.hint}</p>
      <ul className="flex flex-col divide-y rounded-card border bg-surface">
        {policy.data.items.map((setting) => (
          <Rule key={setting.name} setting={setting} />
        ))}
      </ul>
    </>
  );
}

function Rule({ setting }: { setting: PolicySetting }) {
  const { name, value, source, fallback, variable } = setting;
  const id = useId();
  const change = useMutation({
    mutationFn: (next: { value: PolicySetting["value"] } | undefined) =>
      next === undefined ? client.admin.resetPolicy(name) : client.admin.setPolicy(name, next.value),
    onSuccess(settings) {
      queryClient.setQueryData(KEY, settings);
      void queryClient.invalidateQueries({ queryKey: instanceQuery.queryKey });
    },
    // Another administrator may have changed this rule, so the rules load again.
    onError: () => queryClient.invalidateQueries({ queryKey: KEY }),
  });
  const title = ruleName(name);
  const isFixed = source === "configuration";
  const values = valuesOf(setting);
  return (
    <li className="flex flex-col gap-2 p-3">
      <div className="flex flex-col gap-2 md:flex-row md:items-start md:justify-between md:gap-6">
        <div id={id} className="min-w-0 text-pretty text-muted text-small">
          <p className="font-medium text-base text-ink">{title}</p>
          <p>{words.rules[name]?.hint}</p>
          {isFixed && <p title={variable}>{words.fixed}</p>}
          {source === "administrator" && (
            <button
              type="button"
              aria-describedby={id}
              disabled={change.isPending}
              onClick={() => change.mutate(undefined)}
              className="rounded-small underline underline-offset-2 hover:text-ink max-md:-my-3 max-md:py-3"
            >
              {words.reset(ruleValue(name, fallback))}
            </button>
          )}
        </div>
        <div className="flex shrink-0 flex-col md:max-w-64 md:items-end">
          <Select
            label={title}
            describedBy={id}
            isDisabled={isFixed || change.isPending}
            value={values.indexOf(value)}
            options={values.map((one, index) => ({ value: index, label: ruleValue(name, one) }))}
            onChange={(index) => change.mutate({ value: values[index] ?? null })}
          />
        </div>
      </div>
      <p role="status" className="sr-only">
        {change.isSuccess && words.saved}
      </p>
      {change.error !== null && <Problem error={change.error} />}
    </li>
  );
}

/** Returns the values that an administrator can choose, including the current value. */
function valuesOf({ name, value }: PolicySetting): PolicySetting["value"][] {
  const choices = words.rules[name]?.choices;
  if (choices !== undefined) return Object.keys(choices);
  const offered = EXPIRIES[name] ?? [];
  if (typeof value !== "number" || offered.includes(value)) return [...offered];
  return [...offered, value].sort((a, b) => (a ?? Number.POSITIVE_INFINITY) - (b ?? Number.POSITIVE_INFINITY));
}
