/** A calendar of ours as the parts behind it see it. */
export type OwnCalendar = calICalendar & CalProviderBase;
