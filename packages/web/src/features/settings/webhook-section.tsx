import { Link } from "@tanstack/react-router";
import { buttonStyle } from "../../components/button.tsx";
import { Section } from "../../components/section.tsx";
import { settings as settingsTexts } from "../../texts/en/settings.ts";

const words = settingsTexts.webhooks;

export function WebhookSection() {
  return (
    <Section title={words.title} hint={words.hint}>
      <Link to="/settings/webhooks" className={buttonStyle({ className: "self-start" })}>
        {words.open}
      </Link>
    </Section>
  );
}
