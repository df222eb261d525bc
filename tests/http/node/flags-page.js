// A page with OpenFeature's web SDK and its OFREP provider, unmodified.
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider'
import { OpenFeature } from '@openfeature/web-sdk'

window.start = async (baseUrl, headers, targetingKey) => {
  await OpenFeature.setContext({ targetingKey })
  await OpenFeature.setProviderAndWait(new OFREPWebProvider({ baseUrl, headers, pollInterval: 0 }))
  window.client = OpenFeature.getClient()
  return true
}
window.flag = (key, fallback) =>
  typeof fallback === 'boolean' ? window.client.getBooleanDetails(key, fallback) : window.client.getStringDetails(key, fallback)
