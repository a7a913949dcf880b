/** What fields for names of services suggest. */
export const ServicesList = ({ services }: { services: readonly string[] }) => (
  <datalist id="services">
    {services.map((name) => (
      <option value={name} />
    ))}
  </datalist>
)
