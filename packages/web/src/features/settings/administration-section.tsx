import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { buttonStyle } from "../../components/button.tsx";
import { Section } from "../../components/section.tsx";
import { meQuery } from "../../service/queries.ts";
import { settings as settingsTexts } from "../../texts/en/settings.ts";

const words = settingsTexts.administration;

/** The pages for administrators. Renders nothing for other people. */
export function AdministrationSection() {
  const me = useQuery(meQuery);
  if (me.data?.isAdmin !== true) return null;
  return (
    <Section title={words.title} hint={words.hint}>
      <div className="flex flex-wrap gap-2">
        <Link to="/admin" className={buttonStyle()}>
          {words.open}
        </Link>
        <Link to="/settings/doctor" className={buttonStyle()}>
          {words.doctor}
        </Link>
      </div>
    </Section>
  );
}
