module github.com/stile-id/stile/sdk/go

go 1.24
