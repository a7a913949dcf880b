/** What the address of the list asks for, as it stands there; '' for what it leaves open. */
export interface DeliveryQuery {
  readonly state: string
  readonly source: string
  readonly event: string
  readonly service: string
  readonly range: string
  readonly from: string
  readonly to: string
  readonly q: string
}
