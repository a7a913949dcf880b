import { chromium } from 'playwright-core'
import { AxeBuilder } from '@axe-core/playwright'
import { readFileSync } from 'node:fs'
const { base, session } = JSON.parse(readFileSync('/tmp/h4/server.json','utf8'))
const paths: Record<string,string> = { defects:'/defects', all:'/defects?status=any&sort=-occurrences', d1:'/defects/PF-1', new:'/defects/new', releases:'/releases', rel:'/releases/checkout-api/4.18.0', rel404:'/releases/checkout-api/4.18.1', search:'/releases/search/2026.11.3' }
const want = process.argv.slice(2)
const b = await chromium.launch({executablePath:'/usr/bin/chromium',args:['--no-sandbox','--disable-gpu','--disable-quic','--disable-background-networking','--disable-component-update','--disable-sync','--no-first-run']})
for (const [w,h,mode] of [[1440,900,'light'],[390,844,'light'],[1440,900,'dark'],[390,844,'dark']] as any) {
  const ctx = await b.newContext({viewport:{width:w,height:h},colorScheme:mode})
  await ctx.addCookies([{name:'sid',value:session,url:base,httpOnly:true,sameSite:'Lax'}])
  const page = await ctx.newPage()
  page.on('console', m => { if (['error','warning'].includes(m.type())) console.log('CONSOLE', m.text()) })
  for (const [name,path] of Object.entries(paths)) { if (want.length && !want.includes(name)) continue
    const r = await page.goto(base+path); await page.waitForTimeout(250)
    await page.screenshot({path:`/tmp/h4/${name}-${w}-${mode}.png`, fullPage:true})
    const ov = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    const axe = await new AxeBuilder({page}).withTags(['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']).analyze()
    console.log(name,w,mode,r!.status(),'overflow',ov, axe.violations.map(v=>v.id+': '+v.nodes.slice(0,3).map(n=>n.html.slice(0,140)).join(' · ')))
  }
  await ctx.close()
}
await b.close()
