// A page with @segment/analytics-next, unmodified, told only where to send.
import { AnalyticsBrowser } from '@segment/analytics-next'

window.start = (host, writeKey, fromCdn) => {
  const own = { integrations: { 'Segment.io': { apiKey: writeKey } } }
  const settings = fromCdn ? { writeKey, cdnURL: `http://${host}` } : { writeKey, cdnSettings: own }
  const options = fromCdn ? {} : { integrations: { 'Segment.io': { apiHost: `${host}/v1`, protocol: 'http' } } }
  window.analytics = AnalyticsBrowser.load(settings, options)
  return window.analytics.ready().then(() => true)
}
window.identify = (userId) => window.analytics.identify(userId, { plan: 'trial' }).then(() => true)
window.track = (number) => window.analytics.track('report_shared', { number, audience: 'team' }).then(() => true)
window.anonymousId = () => window.analytics.instance.user().anonymousId()
